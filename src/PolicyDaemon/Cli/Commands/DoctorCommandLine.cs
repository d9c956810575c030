using System.CommandLine;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Configuration;
using PolicyDaemon.Configuration.Sections;
using PolicyDaemon.Doctor;

namespace PolicyDaemon.Cli.Commands;

/// <summary>The command line of <see cref="DoctorCommand"/>.</summary>
internal static class DoctorCommandLine
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var postfix = new Option<string?>("--postfix-config")
        {
            HelpName = "DIRECTORY",
            Description = "Postfix's configuration directory. Default: postconf(1) knows it.",
        };
        var json = CommandOptions.Json();
        var command = new TaughtCommand(
            "doctor", "Look at Postfix, Dovecot, sockets, files, LDAP, PostgreSQL; say what is wrong and how to mend it.")
        {
            Details =
            [
                "Reads master.cf and main.cf by postconf(1), Dovecot's configuration by doveconf(1), looks at sockets, files and certificates, and asks LDAP and PostgreSQL " +
                "as the daemon would. It changes nothing. Run it as root, so that it can look at everything.",
            ],
            Examples =
            [
                new("This machine", "doctor"),
                new("Another Postfix instance", "doctor --postfix-config /etc/postfix-out"),
                new("In a deployment", "doctor --json | jq -r '.findings[].id'"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "nothing found, or only notes"),
                (ExitStatus.No, "errors or warnings were found"),
                (ExitStatus.CannotTell, "Postfix's configuration or ours could not be read, or something could not be looked at"),
            ],
        };
        command.With(postfix, json);
        command.SetAction((parsed, token) => RunAsync(environment, parsed, parsed.GetValue(postfix), parsed.GetValue(json), token));
        return command;
    }

    private static async Task<int> RunAsync(
        CommandEnvironment environment, ParseResult parsed, string? postfix, bool isJson, CancellationToken cancellationToken)
    {
        var loaded = environment.Load(parsed.GetValue(CommandOptions.Config), environment.Settings);
        foreach (var error in loaded.Errors) environment.Complain(error);
        if (loaded.Options is not { } options) return ExitStatus.CannotTell;
        var doctor = Translate(options, loaded.Source, postfix, isJson, environment.Terminal.HasColour);
        return await new DoctorCommand().RunAsync(doctor, environment.Output, environment.Error, cancellationToken);
    }

    private static DoctorOptions Translate(DaemonOptions options, string file, string? postfix, bool isJson, bool hasColour) => new()
    {
        PostfixConfigurationDirectory = postfix is null ? null : Path.GetFullPath(postfix),
        PolicyEndpoints = [.. options.Listen.Policy.Select(endpoint => endpoint.ToString())],
        MilterEndpoints = [.. options.Listen.Milter.Select(endpoint => endpoint.ToString())],
        SaslEndpoints = [.. options.Listen.Sasl.Select(endpoint => endpoint.ToString())],
        LmtpEndpoints = [.. options.Listen.Lmtp.Select(endpoint => endpoint.ToString())],
        Own = TranslateOwn(options, file),
        Deadline = options.Deadline,
        SecretFiles = [.. SecretFilesOf(options).OfType<string>().Distinct(StringComparer.Ordinal)],
        ExaminePostgres = options.Directory.Postgres is { } postgres
            ? token => PostgresExaminer.ExamineAsync(postgres.Server, postgres.Directory?.Queries, options.Node, TimeProvider.System, token)
            : null,
        PostgresServers = options.Directory.Postgres is { Server: var server } ? PostgresConnection.FindServers(server.ConnectionString) : [],
        PostgresUnprotected = options.Directory.Postgres is { Server.ConnectionString: var text } ? PostgresConnection.FindUnprotected(text) : [],
        ExamineLdap = options.Directory.Ldap is { } ldap ? new LdapExaminer(ldap.Server, TimeProvider.System).ExamineAsync : null,
        IsJson = isJson,
        IsTerminal = hasColour,
    };

    /// <param name="source">The configuration file, or words that say that there is none.</param>
    private static OwnSettings TranslateOwn(DaemonOptions options, string source) => new()
    {
        Node = options.Node,
        IsAskedByDovecot = options.Listen is { Sasl.Count: > 0 } or { Userdb.Count: > 0 } or { AuthHttp: not null },
        Delivery = options.Lmtp is { } lmtp
            ? new DeliverySettings([.. lmtp.Backends.Select(backend => backend.ToString())], lmtp.Rules.RecipientConcurrency, lmtp.Rules.FinalTimeout)
            : null,
        Ldap = options.Directory.Ldap is { } ldap
            ? new LdapSettings(
                ldap.Server.BindDn, ldap.Server.BaseDn, ldap.Server.Filter.ToString(), ldap.Server.StartTls, ldap.Mode == LdapMode.Sync,
                ldap.Passwords == LdapPasswords.UserPassword,
                [.. ldap.Server.Urls.Where(url => !ldap.Server.StartTls && !url.IsTls && !LdapKinds.IsLocal(url)).Select(url => url.Text)])
            : null,
        WatchesQueue = options.Watch is not null,
        MailStore = options.Watch?.MailStore,
        ConfigurationFile = File.Exists(source) ? Path.GetFullPath(source) : null,
        StateDirectory = options.State.Path,
        Database = (options.Store as SqliteStoreOptions)?.Path,
    };

    private static IEnumerable<string?> SecretFilesOf(DaemonOptions options) =>
    [
        options.Directory.Ldap?.Server.BindPasswordFile,
        options.Directory.Postgres?.Server.PasswordFile,
        options.Directory.Postgres?.Administrator?.PasswordFile,
        options.Notify.WebhookFile,
        options.Notify.WebhookTokenFile,
        options.Listen.AuthHttp?.SecretFile,
        .. options.Directory.Files?.Passwd ?? [],
    ];
}
