namespace PolicyDaemon.Tests;

/// <summary>The checkout that the tests run from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "PolicyDaemon.sln"))) return directory.FullName;
        }

        throw new DirectoryNotFoundException("no PolicyDaemon.sln above the tests");
    }
}
