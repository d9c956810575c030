using System.Globalization;
using PolicyDaemon.Doctor.Files;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor;

/// <summary>Finds out what there is to know, by postconf(1), id(1) and stat(1).</summary>
internal sealed class InstallationReader(RunCommand run)
{
    /// <exception cref="InstallationException">Postfix's configuration cannot be read.</exception>
    internal async Task<Installation> ReadAsync(DoctorOptions options, CancellationToken cancellationToken)
    {
        var postfix = PostfixConfiguration.Parse(
            await PostconfAsync(options, "-n", cancellationToken),
            await PostconfAsync(options, "-M", cancellationToken),
            await PostconfAsync(options, "-d", cancellationToken));
        var endpoints = options.PolicyEndpoints.Select(PolicyEndpoint.Parse).ToList();
        var sasl = options.SaslEndpoints.Select(PolicyEndpoint.Parse).ToList();
        var files = await ReadFilesAsync(PathsOf([.. endpoints, .. sasl], options, postfix), cancellationToken);
        return new Installation
        {
            Postfix = postfix,
            Milter = new DaemonListeners([.. options.MilterEndpoints.Select(PolicyEndpoint.Parse)], postfix.Get("queue_directory")),
            Daemon = new DaemonListeners(endpoints, postfix.Get("queue_directory")),
            Sasl = new DaemonListeners(sasl, postfix.Get("queue_directory")),
            DovecotAuthCacheSize = options.HasDovecot ? await ReadDovecotAsync("auth_cache_size", cancellationToken) : null,
            Deadline = options.Deadline,
            SecretFiles = options.SecretFiles,
            Postgres = options.ExaminePostgres is { } examine ? await examine(cancellationToken) : null,
            PostgresServers = options.PostgresServers,
            MailOwner = await ReadIdentityAsync(postfix.Get("mail_owner"), cancellationToken),
            Look = path => files.GetValueOrDefault(path) ?? FileFacts.Unknown,
        };
    }

    /// <summary>Each path that may be asked about, with the directories that lead to it.</summary>
    private static IEnumerable<string> PathsOf(IEnumerable<PolicyEndpoint> endpoints, DoctorOptions options, PostfixConfiguration postfix)
    {
        var sockets = endpoints.Select(endpoint => endpoint.FullPath(postfix.Get("queue_directory"))).OfType<string>();
        return sockets.Concat(options.SecretFiles).SelectMany(path => UnixPath.DirectoriesOf(path).Append(path)).Distinct(StringComparer.Ordinal);
    }

    private async Task<string> PostconfAsync(DoctorOptions options, string selection, CancellationToken cancellationToken)
    {
        string[] arguments = options.PostfixConfigurationDirectory is { } directory ? ["-c", directory, selection] : [selection];
        var result = await run("postconf", arguments, cancellationToken);
        return result.ExitCode == 0
            ? result.Output
            : throw new InstallationException($"postconf {string.Join(' ', arguments)}: {result.Error.Trim()}");
    }

    /// <returns>Null when there is no Dovecot here, or none that can say: it may be on another host.</returns>
    private async Task<string?> ReadDovecotAsync(string setting, CancellationToken cancellationToken)
    {
        try
        {
            var result = await run("doveconf", ["-h", setting], cancellationToken);
            return result.ExitCode == 0 ? result.Output.Trim() : null;
        }
        catch (InstallationException)
        {
            return null;
        }
    }

    private async Task<UnixIdentity> ReadIdentityAsync(string user, CancellationToken cancellationToken)
    {
        var id = await run("id", ["-u", "--", user], cancellationToken);
        var groups = await run("id", ["-G", "--", user], cancellationToken);
        if (id.ExitCode != 0 || groups.ExitCode != 0) throw new InstallationException($"there is no user {user}, Postfix's mail_owner");
        return new UnixIdentity(user, ParseNumber(id.Output), groups.Output.Split(' ').Select(ParseNumber).ToHashSet());
    }

    private async Task<IReadOnlyDictionary<string, FileFacts>> ReadFilesAsync(
        IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        Dictionary<string, FileFacts> files = new(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            var result = await run("stat", ["--dereference", "--format=%f %u %g %U %G", "--", path], cancellationToken);
            files[path] = result.ExitCode == 0 ? FileFacts.Parse(result.Output)
                : result.Error.Contains("Permission denied", StringComparison.Ordinal) ? FileFacts.Unknown
                : FileFacts.Missing;
        }

        return files;
    }

    private static int ParseNumber(string text) => int.Parse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
}
