using PolicyDaemon.Admin;
using PolicyDaemon.Configuration;
using PolicyDaemon.Notices;

namespace PolicyDaemon.Alerts;

/// <summary>Looks every second how the directories, the store and the guard stand, and tells people what lasts and when it is over.</summary>
/// <param name="sources">As <c>policydaemon status</c> has them.</param>
/// <param name="options">Those in force.</param>
/// <param name="fault">A mistake of ours; the watching goes on.</param>
internal sealed class AlertWatch(
    Func<IReadOnlyList<SourceReport>> sources,
    GuardStorm storm,
    Func<NotifyOptions> options,
    string node,
    Action<Notice> tell,
    Action<Exception> fault,
    TimeProvider time) : IAsyncDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, AlertPace> paces = new(StringComparer.Ordinal);
    private ITimer? timer;

    public void Start() => timer = time.CreateTimer(_ => Look(), null, Interval, Interval);

    public ValueTask DisposeAsync() => timer?.DisposeAsync() ?? default;

    private void Look()
    {
        // A look that is late is not caught up on.
        if (!gate.TryEnter()) return;
        try
        {
            var now = options();
            List<Standing> standings = [.. sources().Select(SourceStanding.Of), storm.Look(now.GuardLocks)];
            foreach (var gone in paces.Keys.Except(standings.Select(standing => standing.Subject)).ToList()) paces.Remove(gone);
            foreach (var standing in standings) Judge(standing, standing.Event == GuardStorm.Event ? TimeSpan.Zero : now.After);
        }
        catch (Exception exception)
        {
            fault(exception);
        }
        finally
        {
            gate.Exit();
        }
    }

    private void Judge(Standing standing, TimeSpan after)
    {
        if (!paces.TryGetValue(standing.Subject, out var pace)) paces.Add(standing.Subject, pace = new AlertPace());
        var at = time.GetUtcNow();
        if (pace.FindDue(standing.Level, at, after) is { } level) tell(AlertNotice.Of(standing, level, node, at));
    }
}
