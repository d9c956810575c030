namespace PolicyDaemon.MailStack;

/// <summary>The source tree that the running tests were built from: shipped snippets, scripts and corpora are read there.</summary>
public static class Checkout
{
    /// <summary>The nearest directory above the test program that holds the solution.</summary>
    public static string Directory { get; } = Find();

    public static string PathOf(params string[] parts) => Path.Combine([Directory, .. parts]);

    private static string Find()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "PolicyDaemon.sln")))
            directory = directory.Parent;
        return directory?.FullName
            ?? throw new InvalidOperationException($"no PolicyDaemon.sln above {AppContext.BaseDirectory}: run the tests from their checkout");
    }
}
