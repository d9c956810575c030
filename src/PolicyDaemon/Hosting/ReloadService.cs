using System.Runtime.InteropServices;
using System.Threading.Channels;
using PolicyDaemon.Configuration;
using PolicyDaemon.Hosting.Systemd;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Hosting;

/// <summary>SIGHUP: reads the configuration again and replaces the rules whole, or keeps them and says every error.</summary>
internal sealed class ReloadService(
    ReloadableConfiguration configuration,
    RuleSetBuilder builder,
    LiveRules rules,
    SourceHealth health,
    ServiceNotification notification,
    DaemonLog log,
    TimeProvider time) : IAsyncDisposable
{
    /// <summary>Signals that come while one is worked off are one more reload, not many.</summary>
    private readonly Channel<bool> signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource stopping = new();
    private PosixSignalRegistration? registration;
    private Task working = Task.CompletedTask;

    /// <summary>The last handing over from one LDAP source to the next, which ends when the next one is started.</summary>
    private Task handingOver = Task.CompletedTask;

    public void Start()
    {
        registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            // Without this the default would end the process.
            signal.Cancel = true;
            signals.Writer.TryWrite(true);
        });
        working = WorkAsync();
    }

    public async ValueTask DisposeAsync()
    {
        registration?.Dispose();
        signals.Writer.TryComplete();
        await stopping.CancelAsync();
        await working;
        await rules.Current.CloseAsync();
        stopping.Dispose();
    }

    private async Task WorkAsync()
    {
        var retiring = Task.CompletedTask;
        await foreach (var _ in signals.Reader.ReadAllAsync())
        {
            notification.Reloading();
            var replaced = Reload();
            notification.Ready(replaced is null ? "the configuration has errors: the former one stays in force" : "the configuration was read again");
            if (replaced is not { } before) continue;

            rules.Current.Sources.Postgres?.Start();
            handingOver = HandOverAsync(handingOver, before.Sources.Ldap, rules.Current.Sources.Ldap);

            // The next reload does not wait for it: whoever takes a mistake back wants that at once.
            retiring = Task.WhenAll(retiring, RetireAsync(before, rules.Current));
            await GreetAsync();
        }

        await handingOver;
        await retiring;
    }

    /// <summary>
    /// Starts the new source when the old one has saved its view: both may have one file for it. Meanwhile a server is asked.
    /// </summary>
    private async Task HandOverAsync(Task earlier, LdapSource? before, LdapSource? after)
    {
        await earlier;
        if (ReferenceEquals(before, after)) return;
        try
        {
            if (before is not null) await before.StopAsync();
            after?.Start();
        }
        catch (Exception exception)
        {
            log.ConfigurationWarning($"the LDAP servers are not followed: {exception.Message}");
        }
    }

    /// <returns>The rules that were replaced; null when they stay.</returns>
    private RuleSet? Reload()
    {
        try
        {
            var result = configuration.Reload();
            foreach (var error in result.Errors) log.ConfigurationRejected(error);
            if (result.Options is not { } options) return null;

            foreach (var warning in result.Warnings) log.ConfigurationWarning(warning);
            foreach (var key in result.NeedRestart) log.ConfigurationWarning($"{key} has changed: in force after a restart");
            var before = rules.Replace(builder.Build(options, result.IsDirectoryChanged ? null : rules.Current.Sources));
            configuration.TakeUp();
            log.ConfigurationReloaded(result.Source);
            return before;
        }
        catch (Exception exception)
        {
            log.ConfigurationRejected($"the old rules stay: {exception.Message}");
            return null;
        }
    }

    private async Task GreetAsync()
    {
        try
        {
            await rules.Current.Sources.GreetAsync(rules.Current.Policy.Deadline, health, time, stopping.Token);
        }
        catch (Exception exception)
        {
            // The next signal must find somebody who listens.
            log.ConfigurationWarning($"the sources were not asked: {exception.Message}");
        }
    }

    /// <summary>
    /// Closes the sources of old rules when no request can be using them any more. What the rules after them share with them is closed
    /// when those retire in turn.
    /// </summary>
    private async Task RetireAsync(RuleSet before, RuleSet after)
    {
        try
        {
            await Task.Delay(before.Policy.Deadline + before.Policy.Deadline, time, stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The daemon stops: nobody asks any more.
        }

        try
        {
            await before.CloseAsync(keep: after.Sources);
        }
        catch (Exception exception)
        {
            log.ConfigurationWarning($"the former sources were not closed: {exception.Message}");
        }
    }
}
