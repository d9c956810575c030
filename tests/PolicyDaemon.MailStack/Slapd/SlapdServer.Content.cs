using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Slapd;

/// <summary>The whole content at once: backups, and what becomes of them.</summary>
public sealed partial class SlapdServer
{
    private string ConfigurationFile => Path.Combine(directory, "slapd.conf");

    /// <summary>All entries with their operational attributes, as LDIF (slapcat). The server may run meanwhile.</summary>
    public async Task<string> BackUpAsync() =>
        (await Command.RunAsync("/usr/sbin/slapcat", ["-f", ConfigurationFile, "-b", TruenorthDirectory.Suffix])).EnsureSuccess().Output;

    /// <summary>The server stops, forgets everything, is loaded with this content and starts again on the same ports.</summary>
    /// <param name="ldif">What <see cref="BackUpAsync"/> gave; or a text without operational attributes, whose entries are then new ones with the same names.</param>
    public async Task RestoreAsync(string ldif)
    {
        if (!process!.HasExited)
            await StopAsync();
        await LoadAsync(ldif);
        await StartAsync();
    }

    /// <summary>Applies changes while the server is stopped (slapmodify), as an administrator does after an accident.</summary>
    /// <param name="ldif">Change records, as ldapmodify(1) reads them.</param>
    public async Task ModifyOfflineAsync(string ldif)
    {
        string file = root.WriteFile($"{options.Name}/offline.ldif", ldif);
        (await Command.RunAsync("/usr/sbin/slapmodify", ["-w", "-f", ConfigurationFile, "-b", TruenorthDirectory.Suffix, "-l", file])).EnsureSuccess();
        OwnDatabase();
    }

    /// <summary>A connection of the administrator for very many changes, without a process for each.</summary>
    public DirectoryWriter OpenWriter() => new(root.PathOf(options.Name, "ldapi"));

    private async Task LoadAsync(string ldif)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(directory, "db")))
            File.Delete(file);
        string seed = root.WriteFile($"{options.Name}/seed.ldif", ldif);
        (await Command.RunAsync("/usr/sbin/slapadd", ["-q", "-f", ConfigurationFile, "-b", TruenorthDirectory.Suffix, "-l", seed])).EnsureSuccess();
        OwnDatabase();
    }

    /// <summary>The tools run as root; slapd opens the database as its own user.</summary>
    private void OwnDatabase()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(directory, "db")))
            Libc.SetOwner(file, DebianSystem.Host.Accounts.UserId("openldap"), DebianSystem.Host.Accounts.GroupId("openldap"));
    }
}
