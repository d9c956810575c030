using System.Net.Sockets;
using System.Text.Json;
using PolicyDaemon.Admin;
using PolicyDaemon.Configuration;

namespace PolicyDaemon.Cli;

/// <summary>Finds out who carries out a command: the running daemon when its admin socket answers, else this process.</summary>
internal sealed class DaemonAccess(CommandEnvironment environment)
{
    /// <summary>More than the longest decision and all retries of a directory.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const string KeepsRules = "the daemon answers by the rules that it has";

    /// <param name="configFile">What <c>--config</c> names; null: the default.</param>
    /// <param name="isOffline">Do not ask a daemon even when one runs.</param>
    /// <param name="remarkWithoutDaemon">What the person should know when this process answers; null: it makes no difference.</param>
    /// <param name="work">Given who carries it out; returns the exit status.</param>
    public async Task<int> UseAsync(string? configFile, bool isOffline, string? remarkWithoutDaemon, Func<IAdministration, Task<int>> work)
    {
        var loaded = environment.Load(configFile, environment.Settings);
        var path = AdminSocketOf(loaded);
        if (!isOffline)
        {
            switch (await ProbeAsync(path))
            {
                case { Answers: true }:
                    if (loaded.Options is null) environment.Complain($"{loaded.Source} has errors (see policydaemon check-config); {KeepsRules}");
                    using (var client = new AdminClient(path, Patience)) return await work(client);
                case { Fault: { } fault }:
                    environment.Complain(fault);
                    return ExitStatus.CannotTell;
            }

            // With errors in the configuration nothing will be carried out here, and the errors are all there is to say.
            if (remarkWithoutDaemon is not null && loaded.Options is not null) environment.Complain($"no daemon answers on unix:{path}: {remarkWithoutDaemon}");
        }

        return await UseHereAsync(loaded, work);
    }

    /// <summary>As <see cref="UseAsync"/>, when only a running daemon can answer.</summary>
    /// <returns>The exit status; <paramref name="whenAbsent"/> when no daemon runs.</returns>
    public async Task<int> UseDaemonAsync(string? configFile, int whenAbsent, Func<IAdministration, Task<int>> work)
    {
        var loaded = environment.Load(configFile, environment.Settings);
        var path = AdminSocketOf(loaded);
        var probe = await ProbeAsync(path);
        if (!probe.Answers)
        {
            // Where the daemon listens is not known for sure, so it is not known whether one runs.
            if (probe.Fault is null && loaded.Options is null) return ComplainAbout(loaded);
            environment.Complain(probe.Fault ?? $"no daemon answers on unix:{path}; start it with: policydaemon run");
            return probe.Fault is null ? whenAbsent : ExitStatus.CannotTell;
        }

        using var client = new AdminClient(path, Patience);
        return await work(client);
    }

    private async Task<int> UseHereAsync(LoadedConfiguration loaded, Func<IAdministration, Task<int>> work)
    {
        if (loaded.Options is null) return ComplainAbout(loaded);
        try
        {
            await using var opened = await environment.Open(loaded);
            return await work(opened.Administration);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Backends.Sqlite.SqliteFileException)
        {
            environment.Complain(exception.Message);
            return ExitStatus.CannotTell;
        }
    }

    private int ComplainAbout(LoadedConfiguration loaded)
    {
        foreach (var error in loaded.Errors) environment.Complain(error);
        return ExitStatus.CannotTell;
    }

    /// <summary>Where the daemon listens; also when the file has errors elsewhere, because a block must be possible just then.</summary>
    private static string AdminSocketOf(LoadedConfiguration loaded)
    {
        if (loaded.Options is { } options) return options.Listen.Admin.Path;
        var set = loaded.Readings.FirstOrDefault(reading => reading.Path.Equals("listen:admin", StringComparison.OrdinalIgnoreCase));
        var written = set?.Json ?? loaded.Keys.FirstOrDefault(key => key.Name == "listen.admin")?.Default;
        var endpoint = written is null ? "" : JsonSerializer.Deserialize<string>(written) ?? "";
        return EndpointAddress.Parse(endpoint).Value is EndpointAddress.Unix unix ? unix.Path : "";
    }

    private static async ValueTask<Probe> ProbeAsync(string path)
    {
        try
        {
            await using var stream = await AdminClient.ConnectAsync(path, CancellationToken.None);
            return new Probe(Answers: true, null);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AccessDenied)
        {
            return new Probe(Answers: false, $"permission denied on unix:{path}: {AdmittedTo(path)}");
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            // Nobody listens there: no daemon, or one that listens elsewhere.
            return new Probe(Answers: false, null);
        }
    }

    /// <summary>Who may connect: the group of the socket, or of the directory above it that cannot be entered.</summary>
    internal static string AdmittedTo(string path)
    {
        for (var place = path; !string.IsNullOrEmpty(place); place = Path.GetDirectoryName(place))
        {
            if (UnixNames.GroupOfFile(place) is { } group)
            {
                return $"run this as root or as a member of the group '{group}', to which {place} belongs";
            }
        }

        return "run this as root";
    }

    /// <param name="Fault">Set when a daemon may be there, but this user cannot reach it.</param>
    private sealed record Probe(bool Answers, string? Fault);
}
