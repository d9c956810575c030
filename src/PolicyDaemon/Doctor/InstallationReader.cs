using PolicyDaemon.Doctor.Certificates;
using PolicyDaemon.Doctor.Dovecot;
using PolicyDaemon.Doctor.Files;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor;

/// <summary>Finds out what there is to know, by postconf(1) and a <see cref="MachineReader"/>.</summary>
internal sealed class InstallationReader(RunCommand run)
{
    private const string Warning = "postconf: warning: ";

    private readonly MachineReader machine = new(run);

    /// <exception cref="InstallationException">Postfix's configuration cannot be read.</exception>
    internal async Task<Installation> ReadAsync(DoctorOptions options, CancellationToken cancellationToken)
    {
        var main = await PostconfAsync(options, "-n", cancellationToken);
        var postfix = PostfixConfiguration.Parse(
            main.Output,
            (await PostconfAsync(options, "-M", cancellationToken)).Output,
            (await PostconfAsync(options, "-d", cancellationToken)).Output);
        var queue = postfix.Get("queue_directory");
        var sockets = SocketsOf(options).Select(endpoint => endpoint.FullPath(queue)).OfType<string>().ToList();
        var files = await machine.ReadFilesAsync(PathsOf(sockets, options, queue), cancellationToken);
        var types = await machine.ReadFileSystemsAsync(new[] { options.Own.StateDirectory, options.Own.Database }.OfType<string>(), cancellationToken);
        var (dovecot, dovecotFault) = await machine.ReadDovecotAsync(cancellationToken);
        var installation = new Installation
        {
            Postfix = postfix,
            Daemon = ListenersOf(options.PolicyEndpoints, queue),
            Milter = ListenersOf(options.MilterEndpoints, queue),
            Sasl = ListenersOf(options.SaslEndpoints, queue),
            Lmtp = ListenersOf(options.LmtpEndpoints, queue),
            Own = options.Own,
            PostfixWarnings = [.. main.Error.Split('\n').Where(line => line.StartsWith(Warning, StringComparison.Ordinal)).Select(line => line[Warning.Length..].Trim())],
            Dovecot = dovecot,
            DovecotFault = dovecotFault,
            Deadline = options.Deadline,
            SecretFiles = options.SecretFiles,
            Postgres = options.ExaminePostgres is { } examine ? await examine(cancellationToken) : null,
            PostgresServers = options.PostgresServers,
            PostgresUnprotected = options.PostgresUnprotected,
            Ldap = options.ExamineLdap is { } examineLdap ? await examineLdap(cancellationToken) : [],
            MailOwner = await machine.ReadIdentityAsync(postfix.Get("mail_owner"), cancellationToken)
                ?? throw new InstallationException($"there is no user {postfix.Get("mail_owner")}, Postfix's mail_owner"),
            DaemonUser = await machine.ReadDaemonUserAsync(sockets.Select(path => files[path]), cancellationToken),
            Look = path => files.GetValueOrDefault(path) ?? FileFacts.Unknown,
            FileSystemOf = path => types.GetValueOrDefault(path) ?? "",
            Now = options.Time.GetUtcNow(),
        };
        return installation with { Certificates = [.. CertificatesOf(installation, dovecot)] };
    }

    private static DaemonListeners ListenersOf(IReadOnlyList<string> endpoints, string queue) => new([.. endpoints.Select(PolicyEndpoint.Parse)], queue);

    private static IEnumerable<PolicyEndpoint> SocketsOf(DoctorOptions options) =>
        options.PolicyEndpoints.Concat(options.MilterEndpoints).Concat(options.SaslEndpoints).Concat(options.LmtpEndpoints).Select(PolicyEndpoint.Parse);

    /// <summary>Each path that may be asked about, with the directories that lead to it.</summary>
    private static IEnumerable<string> PathsOf(IEnumerable<string> sockets, DoctorOptions options, string queue)
    {
        var stores = (options.Own.Delivery?.Backends ?? []).Select(PolicyEndpoint.Parse).Select(endpoint => endpoint.Path).OfType<string>();
        return sockets.Concat(stores).Concat(options.SecretFiles).Concat(FilesWritable.Named(options.Own)).Append(QueueUnreadable.SocketOf(queue))
            .SelectMany(path => UnixPath.DirectoriesOf(path).Append(path)).Distinct(StringComparer.Ordinal);
    }

    private static IEnumerable<CertificateFacts> CertificatesOf(Installation installation, DovecotConfiguration? dovecot) =>
    [
        .. ShownCertificates.Of(installation.Smtpds).Select(path => CertificateFile.Read("postfix", path)),
        .. from server in installation.Ldap
           where server.CertificateEnds is not null
           select new CertificateFacts(server.Url, server.Url, server.CertificateEnds),
        .. (dovecot is null ? [] : ShownCertificates.Of(dovecot)).Select(path => CertificateFile.Read("dovecot", path)),
    ];

    private async Task<CommandOutput> PostconfAsync(DoctorOptions options, string selection, CancellationToken cancellationToken)
    {
        string[] arguments = options.PostfixConfigurationDirectory is { } directory ? ["-c", directory, selection] : [selection];
        var result = await run("postconf", arguments, cancellationToken);
        return result.ExitCode == 0
            ? result
            : throw new InstallationException($"postconf {string.Join(' ', arguments)}: {result.Error.Trim()}");
    }
}
