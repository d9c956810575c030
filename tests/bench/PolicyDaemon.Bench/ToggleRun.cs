using System.Diagnostics;
using System.Net;

namespace PolicyDaemon.Bench;

/// <summary>
/// People's sending is stopped one after the other while everybody sends: how long after the change is acknowledged is the first request
/// refused, and is any permitted after that?
/// </summary>
/// <param name="logins">Of whom the first half is stopped, one after the other; the others may always send.</param>
/// <param name="stop">Stops a person's sending and returns when the directory's server has acknowledged it.</param>
public sealed class ToggleRun(EndPoint server, int perSecond, IReadOnlyList<string> logins, Action<string> stop)
{
    private const int Connections = 32;

    /// <summary>Under load after a toggle, before the next one.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Random random = new(1);
    private readonly Dictionary<string, Toggle> toggles = new(StringComparer.Ordinal);
    private readonly List<long> latencies = [];
    private readonly List<string> faults = [];
    private string? current;

    public async Task<ToggleReport> RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using OpenLoop load = new(server, Connections, perSecond, NextLogin, Take);
        var loading = load.RunAsync(ending.Token);
        foreach (var login in logins.Take(logins.Count / 2))
        {
            var toggle = await StopAsync(login, loading);
            if (!toggle.Refused.Task.IsCompletedSuccessfully) break;
            await Task.Delay(Pause, cancellationToken);
        }

        await ending.CancelAsync();
        await loading;
        return new ToggleReport(
            [.. toggles.Values.Select(toggle => toggle.FirstRefusal - toggle.Acknowledged)],
            [.. toggles.Values.Select(toggle => Math.Max(0, toggle.LastPermitted - toggle.Acknowledged))],
            latencies,
            faults);
    }

    private async Task<Toggle> StopAsync(string login, Task loading)
    {
        Toggle toggle = new();
        lock (gate)
        {
            toggles[login] = toggle;
            current = login;
        }

        stop(login);
        toggle.Acknowledged = Stopwatch.GetTimestamp();
        if (await Task.WhenAny(toggle.Refused.Task, loading, Task.Delay(Patience)) != toggle.Refused.Task)
        {
            lock (gate) faults.Add($"{login} was stopped and not refused within {Patience.TotalSeconds} s");
        }

        return toggle;
    }

    /// <summary>Half of the load is of who is being stopped; the other half of those who were, and of those who never are.</summary>
    private string NextLogin()
    {
        lock (gate)
        {
            var half = logins.Count / 2;
            return random.Next(4) switch
            {
                < 2 when current is not null => current,
                2 when toggles.Count > 0 => logins[random.Next(toggles.Count)],
                _ => logins[half + random.Next(logins.Count - half)],
            };
        }
    }

    private void Take(LoadAnswer answer)
    {
        lock (gate)
        {
            latencies.Add(answer.Received - answer.Due);
            if (!answer.IsPermitted && !answer.IsRefused) faults.Add($"{answer.Login}: {answer.Action}");
            else if (toggles.TryGetValue(answer.Login, out var toggle)) Take(answer, toggle);
            else if (!answer.IsPermitted) faults.Add($"{answer.Login}, who may send: {answer.Action}");
        }
    }

    private void Take(LoadAnswer answer, Toggle toggle)
    {
        if (answer.IsPermitted)
        {
            toggle.LastPermitted = Math.Max(toggle.LastPermitted, answer.Sent);
            if (toggle.FirstRefusal > 0 && answer.Sent > toggle.FirstRefusal) faults.Add($"{answer.Login} was permitted after a refusal");
        }
        else if (toggle.FirstRefusal == 0)
        {
            toggle.FirstRefusal = answer.Received;
            toggle.Refused.SetResult();
        }
    }

    private sealed class Toggle
    {
        public TaskCompletionSource Refused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Acknowledged { get; set; }

        public long FirstRefusal { get; set; }

        /// <summary>When the last request that was permitted was sent.</summary>
        public long LastPermitted { get; set; }
    }
}

/// <param name="ToRefusal">From the acknowledged change to the first refusal, for each toggle; negative where the refusal was first.</param>
/// <param name="StillPermitted">From the acknowledged change to the sending of the last request that was still permitted.</param>
/// <param name="Latencies">Of all requests, from when they were due.</param>
/// <param name="Faults">Whatever should not have been: a permission after a refusal, a deferral, a toggle that was lost.</param>
public sealed record ToggleReport(
    IReadOnlyList<long> ToRefusal, IReadOnlyList<long> StillPermitted, IReadOnlyList<long> Latencies, IReadOnlyList<string> Faults)
{
    public override string ToString() =>
        $"""
        {ToRefusal.Count} toggles under {Latencies.Count} requests
        change acknowledged to first refusal: {Spread.Of(ToRefusal)}
        change acknowledged to last request still permitted: {Spread.Of(StillPermitted)}
        replies: {Spread.Of(Latencies)}
        {Faults.Count} faults {string.Join("; ", Faults.Take(5))}
        """;
}
