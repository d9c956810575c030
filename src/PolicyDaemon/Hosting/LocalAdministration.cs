using PolicyDaemon.Admin;
using PolicyDaemon.Cli;
using PolicyDaemon.Configuration;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Hosting;

/// <summary>A daemon's stores, directories and rules without its listeners: what a command works on when no daemon runs.</summary>
internal sealed class LocalAdministration : IAsyncDisposable
{
    private readonly Stores stores;
    private readonly DaemonMetrics metrics = new();
    private readonly RuleSet rules;

    private LocalAdministration(DaemonOptions options, Stores stores, SourceHealth health, TimeProvider time)
    {
        this.stores = stores;
        rules = new RuleSetBuilder(stores, health, watch: null, new DecisionLog(DaemonLog.Silent, metrics), new AuthenticationLog(DaemonLog.Silent, metrics), new DeliveryLog(DaemonLog.Silent, metrics), guard: null, storage: null, time).Build(options, null);
    }

    /// <param name="loaded">Without errors.</param>
    /// <exception cref="Backends.Sqlite.SqliteFileException">The store's file cannot be used; the message says why and what to do.</exception>
    public static async Task<OpenedAdministration> OpenAsync(LoadedConfiguration loaded, TimeProvider time)
    {
        var options = loaded.Options ?? throw new ArgumentException("has errors", nameof(loaded));
        var health = new SourceHealth(DaemonLog.Silent, time);
        var local = new LocalAdministration(options, await Stores.OpenForCommandAsync(options, time), health, time);
        var now = time.GetUtcNow();
        var parts = new LiveRules(local.rules).Administered(
            local.stores, guard: null, ledger: null, DaemonLog.Silent, time, () => new StatusReport(DaemonHost.Version, options.Node, now, now, loaded.Source, [], health.Reports, []));
        return new OpenedAdministration(new LiveAdministration(parts, Environment.UserName), local);
    }

    public async ValueTask DisposeAsync()
    {
        await rules.CloseAsync();
        await stores.DisposeAsync();
        metrics.Dispose();
    }
}
