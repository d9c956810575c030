using System.Net;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Slapd;

/// <summary>A private slapd with the people of <see cref="TruenorthDirectory"/>: ldap, StartTLS, ldaps and ldapi.</summary>
public sealed partial class SlapdServer : IAsyncDisposable
{
    private readonly MailStackRoot root;
    private SlapdOptions options;
    private readonly string directory;
    private readonly string passwordFile;
    private ManagedProcess? process;

    private SlapdServer(MailStackRoot root, SlapdOptions options)
    {
        this.root = root;
        this.options = options;
        Endpoint = new(root.Address, root.FreePort());
        TlsEndpoint = new(root.Address, root.FreePort());
        directory = Prepare();
        Configure();
        passwordFile = root.WriteFile($"{options.Name}/administrator", TruenorthDirectory.AdministratorPassword, 0b110_000_000);
    }

    public IPEndPoint Endpoint { get; }

    public IPEndPoint TlsEndpoint { get; }

    /// <summary><c>ldap://address:port</c>, for plain text and for StartTLS.</summary>
    public string Url => $"ldap://{Endpoint}";

    /// <summary><c>ldaps://address:port</c>.</summary>
    public string TlsUrl => $"ldaps://{TlsEndpoint}";

    /// <summary><c>ldapi://</c> with the path of the unix socket percent-encoded.</summary>
    public string UnixUrl => $"ldapi://{Uri.EscapeDataString(root.PathOf(options.Name, "ldapi"))}";

    /// <summary>The connections, operations and results of all clients.</summary>
    public LogFile Log => process!.Output;

    /// <summary>Seeds the database and starts; listens when the call returns.</summary>
    public static async Task<SlapdServer> StartAsync(MailStackRoot root, SlapdOptions? options = null)
    {
        SlapdServer server = new(root, options ?? new());
        await server.LoadAsync(server.options.Seed);
        if (server.options.HasConfigurationDatabase) await server.ConvertAsync();
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts again after <see cref="StopAsync"/> or <see cref="KillAsync"/>, with the same data on the same ports.</summary>
    public Task StartAsync() => RunAsync($"{Url} {TlsUrl} {UnixUrl}", () => Wait.AcceptsAsync(Endpoint));

    /// <summary>Stops in order and starts again: what the server keeps in memory, as its session log, is lost.</summary>
    /// <param name="change">What is different from now on.</param>
    public async Task RestartAsync(Func<SlapdOptions, SlapdOptions>? change = null)
    {
        await StopAsync();
        options = change?.Invoke(options) ?? options;
        Configure();
        await StartAsync();
    }

    public Task StopAsync() => process!.StopAsync();

    public Task KillAsync() => process!.KillAsync();

    /// <summary>From now on connections are accepted (by the kernel) and nothing is answered: a hung server.</summary>
    public void Pause() => process!.Freeze();

    public void Resume() => process!.Thaw();

    /// <summary>Replaces the values of one attribute of a person; no value removes the attribute.</summary>
    /// <returns>When slapd has acknowledged the change.</returns>
    public Task SetAsync(string login, string attribute, params string[] values) =>
        ModifyAsync(string.Join('\n',
        [
            $"dn: {TruenorthDirectory.DnOf(login)}",
            "changetype: modify",
            $"replace: {attribute}",
            .. values.Select(value => $"{attribute}: {value}"),
            "",
        ]));

    /// <summary>Applies change records, as ldapmodify(1) reads them.</summary>
    public Task ModifyAsync(string ldif) => RunToolAsync("ldapmodify", ldif);

    /// <summary>Adds entries, for example <see cref="TruenorthDirectory.Person"/>.</summary>
    public Task AddAsync(string ldif) => RunToolAsync("ldapadd", ldif);

    /// <summary>Applies change records to <c>cn=config</c>, where the configuration is a database.</summary>
    public async Task ConfigureAsync(string ldif) => (await Command.RunAsync(
        "ldapmodify", ["-x", "-a", "-H", UnixUrl, "-D", "cn=admin,cn=config", "-y", passwordFile], ldif)).EnsureSuccess();

    public Task DeleteAsync(string dn) => RunToolAsync("ldapdelete", "", dn);

    /// <summary>The entries as LDIF without line folding, read as administrator.</summary>
    public async Task<string> SearchAsync(string filter, params string[] attributes) =>
        (await RunToolAsync("ldapsearch", "", ["-LLL", "-o", "ldif-wrap=no", "-b", TruenorthDirectory.Suffix, filter, .. attributes])).Output;

    public ValueTask DisposeAsync() => process?.DisposeAsync() ?? default;

    private async Task<CommandResult> RunToolAsync(string tool, string input, params string[] arguments) =>
        (await Command.RunAsync(
            tool, ["-x", "-H", UnixUrl, "-D", TruenorthDirectory.AdministratorDn, "-y", passwordFile, .. arguments], input)).EnsureSuccess();

    private string ConfigurationDatabase => Path.Combine(directory, "slapd.d");

    private async Task ConvertAsync()
    {
        (uint user, uint group) = (DebianSystem.Host.Accounts.UserId("openldap"), DebianSystem.Host.Accounts.GroupId("openldap"));
        root.MakeDirectory($"{options.Name}/slapd.d", 0b111_000_000, user, group);
        (await Command.RunAsync("/usr/sbin/slaptest", ["-f", Path.Combine(directory, "slapd.conf"), "-F", ConfigurationDatabase])).EnsureSuccess();

        // slaptest ran as root, and opened the database besides.
        foreach (string place in (string[])["slapd.d", "db"])
        {
            foreach (string made in Directory.EnumerateFileSystemEntries(Path.Combine(directory, place), "*", SearchOption.AllDirectories)) Libc.SetOwner(made, user, group);
        }
    }

    private async Task RunAsync(string urls, Func<Task<bool>> isReady)
    {
        string[] command =
        [
            "/usr/sbin/slapd", "-d", options.LogLevel, "-h", urls, "-u", "openldap", "-g", "openldap",
            .. options.HasConfigurationDatabase ? (string[])["-F", ConfigurationDatabase] : ["-f", Path.Combine(directory, "slapd.conf")],
        ];
        process = root.Start(options.Name, command);
        await process.WaitUntilReadyAsync(isReady);
    }

    private void Configure() => root.WriteFile(
        $"{options.Name}/slapd.conf",
        SlapdConfiguration.Write(directory, root.Certificates, options),
        0b110_100_000,
        DebianSystem.Host.Accounts.UserId("openldap"),
        DebianSystem.Host.Accounts.GroupId("openldap"));

    private string Prepare()
    {
        (uint user, uint group) = (DebianSystem.Host.Accounts.UserId("openldap"), DebianSystem.Host.Accounts.GroupId("openldap"));
        string path = root.MakeDirectory(options.Name, 0b111_101_101, user, group);
        root.MakeDirectory($"{options.Name}/db", 0b111_000_000, user, group);
        root.WriteFile($"{options.Name}/tn.schema", options.Schema);
        return path;
    }
}
