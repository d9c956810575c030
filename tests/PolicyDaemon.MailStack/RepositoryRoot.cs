namespace PolicyDaemon.MailStack;

/// <summary>The checkout that runs: shipped files are tested where they lie.</summary>
public static class RepositoryRoot
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "PolicyDaemon.sln"))) return directory.FullName;
        }

        throw new DirectoryNotFoundException("no PolicyDaemon.sln above the tests");
    }
}
