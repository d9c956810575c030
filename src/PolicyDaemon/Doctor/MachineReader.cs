using System.Globalization;
using PolicyDaemon.Doctor.Dovecot;
using PolicyDaemon.Doctor.Files;

namespace PolicyDaemon.Doctor;

/// <summary>Finds out about files, users and Dovecot, by stat(1), id(1), systemctl(1), getent(1) and doveconf(1).</summary>
internal sealed class MachineReader(RunCommand run)
{
    internal async Task<IReadOnlyDictionary<string, FileFacts>> ReadFilesAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
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

    internal async Task<IReadOnlyDictionary<string, string>> ReadFileSystemsAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        Dictionary<string, string> types = new(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            var result = await run("stat", ["--file-system", "--format=%T", "--", path], cancellationToken);
            if (result.ExitCode == 0) types[path] = result.Output.Trim();
        }

        return types;
    }

    /// <returns>Null: there is no such user.</returns>
    internal async Task<UnixIdentity?> ReadIdentityAsync(string user, CancellationToken cancellationToken)
    {
        var id = await run("id", ["-u", "--", user], cancellationToken);
        var groups = await run("id", ["-G", "--", user], cancellationToken);
        if (id.ExitCode != 0 || groups.ExitCode != 0) return null;
        return new UnixIdentity(user, ParseNumber(id.Output), groups.Output.Split(' ').Select(ParseNumber).ToHashSet());
    }

    /// <summary>The daemon's user, whom its sockets belong to, with the groups that its unit gives it besides.</summary>
    internal async Task<UnixIdentity?> ReadDaemonUserAsync(IEnumerable<FileFacts> sockets, CancellationToken cancellationToken)
    {
        if (sockets.FirstOrDefault(socket => socket.Kind == FileKind.Socket) is not { } socket) return null;
        if (await ReadIdentityAsync(socket.Owner, cancellationToken) is not { } user) return null;
        return user with { GroupIds = user.GroupIds.Union(await ReadUnitGroupsAsync(cancellationToken)).ToHashSet() };
    }

    /// <returns>Nothing of both when there is no Dovecot here: it may be on another host.</returns>
    internal async Task<(DovecotConfiguration? Configuration, string? Fault)> ReadDovecotAsync(CancellationToken cancellationToken)
    {
        try
        {
            var result = await run("doveconf", ["-n"], cancellationToken);
            return result.ExitCode == 0 ? (DovecotConfiguration.Parse(result.Output), null) : (null, result.Error.Trim());
        }
        catch (InstallationException)
        {
            return (null, null);
        }
    }

    private async Task<IReadOnlyList<int>> ReadUnitGroupsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var names = await run("systemctl", ["show", "--property=SupplementaryGroups", "--value", "policydaemon"], cancellationToken);
            if (names.ExitCode != 0 || names.Output.Trim() is not { Length: > 0 } list) return [];
            var groups = await run("getent", ["group", .. list.Split(' ')], cancellationToken);
            return [.. groups.Output.Split('\n').Select(line => line.Split(':')).Where(fields => fields.Length > 2).Select(fields => ParseNumber(fields[2]))];
        }
        catch (InstallationException)
        {
            return [];
        }
    }

    private static int ParseNumber(string text) => int.Parse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
}
