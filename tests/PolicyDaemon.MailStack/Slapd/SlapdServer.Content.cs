using System.Net.Sockets;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Slapd;

/// <summary>The whole content at once: backups, and what becomes of them.</summary>
public sealed partial class SlapdServer
{
    private string ConfigurationFile => Path.Combine(directory, "slapd.conf");

    /// <summary>All entries with their operational attributes, as LDIF (slapcat). The server may run meanwhile.</summary>
    public async Task<string> BackUpAsync() =>
        (await Command.RunAsync("/usr/sbin/slapcat", ["-f", ConfigurationFile, "-b", TruenorthDirectory.Suffix])).EnsureSuccess().Output;

    /// <summary>The number of the newest change that the server has (contextCSN).</summary>
    public async Task<string> ReadProgressAsync() =>
        (await SearchAsync("(objectClass=dcObject)", "contextCSN")).Split('\n').First(line => line.StartsWith("contextCSN: ", StringComparison.Ordinal))["contextCSN: ".Length..];

    /// <summary>The server stops, forgets everything, is loaded with this content and starts again on the same ports.</summary>
    /// <param name="ldif">What <see cref="BackUpAsync"/> gave; or a text without operational attributes, whose entries are then new ones with the same names.</param>
    public async Task RestoreAsync(string ldif)
    {
        if (!process!.HasExited)
            await StopAsync();
        await LoadAsync(ldif);
        await StartAsync();
    }

    /// <summary>Makes changes while the server is stopped for everybody else: it runs for a moment, on its unix socket alone.</summary>
    /// <remarks>slapmodify(8) of 2.5 would give each entry that it changes a new <c>entryUUID</c>.</remarks>
    public async Task ModifyOfflineAsync(params IEnumerable<DirectoryChange> changes)
    {
        await RunAsync(UnixUrl, () => Wait.AcceptsAsync(new UnixDomainSocketEndPoint(root.PathOf(options.Name, "ldapi"))));
        using (DirectoryWriter writer = OpenWriter())
        {
            foreach (DirectoryChange change in changes)
                writer.Apply(change);
        }

        await StopAsync();
    }

    /// <summary>A connection of the administrator for very many changes, without a process for each.</summary>
    public DirectoryWriter OpenWriter() => new(root.PathOf(options.Name, "ldapi"));

    /// <summary>With -w the server knows how far the content is; without it, it would take that for everything up to now.</summary>
    /// <summary>A million people take minutes.</summary>
    private static readonly TimeSpan LoadLimit = TimeSpan.FromMinutes(20);

    private async Task LoadAsync(string ldif)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(directory, "db")))
            File.Delete(file);
        string seed = root.WriteFile($"{options.Name}/seed.ldif", ldif);
        (await Command.RunAsync("/usr/sbin/slapadd", ["-q", "-w", "-f", ConfigurationFile, "-b", TruenorthDirectory.Suffix, "-l", seed], limit: LoadLimit)).EnsureSuccess();
        OwnDatabase();
    }

    /// <summary>The tools run as root; slapd opens the database as its own user.</summary>
    private void OwnDatabase()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(directory, "db")))
            Libc.SetOwner(file, DebianSystem.Host.Accounts.UserId("openldap"), DebianSystem.Host.Accounts.GroupId("openldap"));
    }
}
