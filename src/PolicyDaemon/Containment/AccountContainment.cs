using System.Threading.Channels;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Containment;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Notices;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Containment;

/// <summary>
/// Turns what a login does into a block when a rule says so, and tells people. Decisions wait for none of it: what is worth counting is put
/// on a queue, and one worker does the rest.
/// </summary>
/// <param name="next">Told about every decision first.</param>
internal sealed class AccountContainment(
    IDecisionObserver next, WaitingBlocks blocks, NoticeBoard notices, DaemonLog log, DaemonMetrics metrics, TimeProvider time)
    : IDecisionObserver, IAsyncDisposable
{
    private const int MaxQueued = 10_000;

    /// <summary>How long the store may take; then the block waits for it.</summary>
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan HandOverInterval = TimeSpan.FromSeconds(2);

    private readonly Channel<LoginEvent> events = Channel.CreateBounded<LoginEvent>(new BoundedChannelOptions(MaxQueued) { SingleReader = true });
    private readonly ContainmentLog lines = new(log);
    private readonly ContainmentCounts counts = new(time);
    private readonly CancellationTokenSource stopping = new();
    private Func<DaemonOptions>? live;
    private Task working = Task.CompletedTask;

    /// <summary>Begins to count.</summary>
    /// <param name="options">Those in force.</param>
    /// <param name="directory">The one in force.</param>
    public void Start(Func<DaemonOptions> options, Func<IDirectory> directory)
    {
        Volatile.Write(ref live, options);
        working = Task.WhenAll(CountAsync(options, directory), HandOverAsync());
    }

    public void OnDecision(MailRequest request, Decision decision, DecisionFacts facts)
    {
        next.OnDecision(request, decision, facts);
        if (Volatile.Read(ref live)?.Invoke().Containment is not { Count: > 0 } rules) return;
        var areNetworksCounted = rules.Any(static rule => rule.On == ContainmentTrigger.ClientNetworks);
        if (LoginEvent.Of(request, decision, areNetworksCounted, facts.Account) is { } seen && !events.Writer.TryWrite(seen)) metrics.Containment.CountMissed();
    }

    public void OnFault(MailRequest request, CheckName check, Exception exception) => next.OnFault(request, check, exception);

    public async ValueTask DisposeAsync()
    {
        events.Writer.TryComplete();
        await stopping.CancelAsync();
        await working;
        stopping.Dispose();
    }

    private async Task CountAsync(Func<DaemonOptions> options, Func<IDirectory> directory)
    {
        await foreach (var seen in events.Reader.ReadAllAsync())
        {
            if (stopping.IsCancellationRequested) return;
            try
            {
                await ConsiderAsync(seen, options(), directory());
            }
            catch (Exception exception)
            {
                lines.Fault(exception);
            }
        }
    }

    private async Task ConsiderAsync(LoginEvent seen, DaemonOptions options, IDirectory directory)
    {
        var account = seen.Account ?? await FindNameAsync(seen.Login, directory, options.Deadline);

        // While a block is in force nothing counts: it is not given again, not shortened, and after it the counting begins anew.
        if (await IsBlockedAsync(account) || await IsBlockedAsync(seen.Login)) counts.Forget(account);
        else if (counts.Count(options.Containment, seen, account) is { } finding) await ContainAsync(finding, options.Node);
    }

    /// <summary>What no check asked. Without an answer the login counts under its own name.</summary>
    private async ValueTask<string> FindNameAsync(string login, IDirectory directory, TimeSpan deadline)
    {
        using var limit = new CancellationTokenSource(deadline, time);
        try
        {
            return (await directory.FindAccountAsync(login, limit.Token)).Value?.Name ?? login;
        }
        catch (OperationCanceledException)
        {
            return login;
        }
    }

    private async ValueTask<bool> IsBlockedAsync(string key) =>
        (await blocks.ReadAsync(CancellationToken.None)).Value?.Find(new BlockSubject(BlockScope.Login, key), time.GetUtcNow()) is not null;

    private async Task ContainAsync(ContainmentFinding finding, string node)
    {
        var alert = new ContainmentAlert(finding, node, time.GetUtcNow());
        using var limit = new CancellationTokenSource(StoreTimeout, time);
        var isKept = await blocks.GiveAsync(alert.Block, limit.Token);
        lines.Contained(alert.Block, finding.Rule.Name, isKept, finding.Places, alert.UndoCommand);
        metrics.Containment.CountBlock(finding.Rule.Name);
        notices.Post(alert.ToNotice(isKept));
    }

    private async Task HandOverAsync()
    {
        using var timer = new PeriodicTimer(HandOverInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                if (blocks.AreAnyWaiting) await HandOverOnceAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops. What still waits is said in the log line of the block: kept=no.
        }
    }

    private async Task HandOverOnceAsync()
    {
        using var limit = new CancellationTokenSource(StoreTimeout, time);
        try
        {
            foreach (var block in await blocks.HandOverAsync(limit.Token)) lines.Kept(block);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or OperationCanceledException)
        {
            // Still away: at the next turn.
        }
        catch (Exception exception)
        {
            lines.Fault(exception);
        }
    }
}
