using System.Globalization;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Postgres;

/// <summary>PostgreSQL's programs in one Debian. They refuse to run as root, so they run as user postgres.</summary>
internal sealed class PostgresPrograms(DebianSystem system)
{
    private readonly string directory = FindNewest(system);

    internal uint User { get; } = system.Accounts.UserId("postgres");

    internal uint Group { get; } = system.Accounts.GroupId("postgres");

    /// <summary>Program and arguments as they are started from outside.</summary>
    internal string[] Command(string program, params string[] arguments) => system.Command(AsPostgres(program, arguments));

    internal Task<CommandResult> RunAsync(string program, params string[] arguments) => system.RunAsync(AsPostgres(program, arguments));

    /// <summary>
    /// Makes an empty cluster. initdb takes half a second and more, so its result is kept beside the Debian 13 system, one for each version, and copied.
    /// </summary>
    internal async Task MakeClusterAsync(string data)
    {
        string version = (await RunAsync("postgres", "--version")).EnsureSuccess().Output;
        string kept = Path.Combine(CacheDirectory, $"cluster-{string.Concat(version.Where(char.IsAsciiLetterOrDigit))}");
        if (!Directory.Exists(kept))
        {
            (await RunAsync("initdb", "-N", "-A", "peer", "-E", "UTF8", "--locale=C.UTF-8", "-D", data)).EnsureSuccess();
            await KeepAsync(data, kept);
            return;
        }

        (await Processes.Command.RunAsync("cp", ["-a", "--reflink=auto", kept, data])).EnsureSuccess();
    }

    private static string CacheDirectory =>
        Environment.GetEnvironmentVariable("POLICYDAEMON_TEST_CACHE") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } home ? home : "/var/cache", "policydaemon-tests");

    /// <summary>Complete or not at all; of two runs that do this at once one wins.</summary>
    private static async Task KeepAsync(string data, string kept)
    {
        string half = $"{kept}.{Guid.NewGuid():n}";
        Directory.CreateDirectory(CacheDirectory);
        (await Processes.Command.RunAsync("cp", ["-a", data, half])).EnsureSuccess();
        try
        {
            Directory.Move(half, kept);
        }
        catch (IOException)
        {
            Directory.Delete(half, recursive: true);
        }
    }

    private static string FindNewest(DebianSystem system)
    {
        string versions = system.PathOf("/usr/lib/postgresql");
        string newest = (Directory.Exists(versions) ? Directory.EnumerateDirectories(versions) : [])
            .Where(version => File.Exists(Path.Combine(version, "bin", "postgres")))
            .Select(Path.GetFileName)
            .MaxBy(version => double.Parse(version!, CultureInfo.InvariantCulture))
            ?? throw new InvalidOperationException($"{versions} has no server: the Debian packages of the tests are missing, run scripts/install-test-packages");
        return $"/usr/lib/postgresql/{newest}/bin";
    }

    private string[] AsPostgres(string program, string[] arguments) =>
        ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--", $"{directory}/{program}", .. arguments];
}
