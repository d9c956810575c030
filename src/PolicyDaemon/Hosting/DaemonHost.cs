using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PolicyDaemon.Admin;
using PolicyDaemon.Alerts;
using PolicyDaemon.AuthHttp;
using PolicyDaemon.Configuration;
using PolicyDaemon.Containment;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.Hosting.Systemd;
using PolicyDaemon.Http;
using PolicyDaemon.Http.Peers;
using PolicyDaemon.Ledger;
using PolicyDaemon.Notices;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Watch;
using PolicyDaemon.Wire.DovecotAuth;
using Serilog;
using Serilog.Core;

namespace PolicyDaemon.Hosting;

/// <summary>The daemon's life: open the stores and the directories, listen, serve until SIGTERM or SIGINT, drain, close.</summary>
internal sealed class DaemonHost(LoadedConfiguration started, Func<LoadedConfiguration> load, TimeProvider time)
{
    private readonly DaemonOptions options = started.Options ?? throw new ArgumentException("has errors", nameof(started));

    public static string Version { get; } =
        typeof(DaemonHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>Serves until the daemon is told to stop.</summary>
    /// <returns>The exit status: 0 after a clean stop.</returns>
    /// <exception cref="IOException">A socket cannot be opened.</exception>
    public async Task<int> RunAsync()
    {
        using var handedOver = HandedOverSockets.Take();
        using var notification = new ServiceNotification(Environment.GetEnvironmentVariable, Environment.ProcessId, time);
        await using var logger = LogPipeline.Create(options.Log);
        var log = new DaemonLog(logger, time);
        foreach (var warning in started.Warnings) log.ConfigurationWarning(warning);

        using var metrics = new DaemonMetrics();
        using var process = new ProcessMetrics();
        using var page = options.Listen.Http.Count > 0 ? new MetricsPage() : null;
        var health = new SourceHealth(log, time);
        var storeWatch = new StoreWatch(log, health, metrics, time);
        await using var stores = await Stores.OpenAsync(options, storeWatch, time);
        var watch = new SyncWatch(log, health, metrics, time);
        LiveRules? live = null;
        await using var notices = new NoticeBoard(() => (live?.Current.Options ?? options).Notify, log, metrics, time);
        await using var containment = new AccountContainment(new DecisionLog(log, metrics), stores.Blocks, notices, log, metrics, time);
        await using var mailWatch = MailWatch.Open(() => (live?.Current.Options ?? options).Watch, options.State, options.Node, notices, log, metrics, time);
        var guardLog = new GuardLog(log);
        var storm = new GuardStorm(time);
        var guard = new GuessingGuard(() => (live?.Current.Options ?? options).Guard, time, found =>
        {
            guardLog.Locked(found);
            metrics.Guard.CountLock(found);
            storm.Count();
        });
        await using var sharing = new GuardSharing(stores.Guard, guard, () => (live?.Current.Options ?? options).Guard, time, guardLog.StoreChanged);
        metrics.Guard.Observe(guard, sharing);
        await using var ledger = options.Listen.Lmtp.Count > 0
            ? DeliveryLedger.Open(options, stores.Deliveries, () => (live?.Current.Options ?? options).Lmtp, log, metrics, time)
            : null;
        var builder = new RuleSetBuilder(stores, health, watch, containment, new AuthenticationLog(log, metrics), new DeliveryLog(log, metrics), guard, mailWatch, time);
        var rules = live = new LiveRules(builder.Build(options, null));
        containment.Start(() => rules.Current.Options, () => rules.Current.Sources.Directory);
        metrics.Ldap.Observe(rules.ReadSyncStatuses);
        metrics.Postgres.Observe(rules.ReadCacheStates);
        await using var reload = new ReloadService(new ReloadableConfiguration(load, started), builder, rules, health, notification, log, time);

        // Before anything is listened on: who sees the sockets may send SIGHUP, which would end a process that does not expect it.
        reload.Start();

        // A saved view counts when this returns; nobody waits for a server.
        rules.Current.Sources.Ldap?.Start();
        rules.Current.Sources.Postgres?.Start();
        mailWatch.Start();
        await using var alerts = new AlertWatch(
            () => rules.Describe(health, storeWatch), storm, () => rules.Current.Options.Notify, options.Node, notices.Post, new ContainmentLog(log).AlertFault, time);
        alerts.Start();
        ledger?.Start();
        await sharing.StartAsync();
        await rules.Current.Sources.GreetAsync(options.Deadline, health, time, CancellationToken.None);
        var listeners = new Listeners(options.Listen, handedOver);
        listeners.Prepare();
        var pending = new PendingLoginsFile(options.State.PendingLogins, cause => new StoreLog(log).StateFault("who is logging in during a restart must do so again", cause));
        var instance = new AuthInstance(time, pending.Take());
        using var stop = new OrderlyStop(listeners, options.Listen, time);
        await using var app = Build(listeners, stop, rules, instance, stores, guard, ledger, () => rules.Describe(health, storeWatch), () => mailWatch.Reports, metrics, page, log, logger);
        await app.StartAsync();
        listeners.Announce(log);
        log.DaemonStarted(Version, options.Node, started.Source);
        var isToStop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Lifetime.ApplicationStopping.Register(notification.Stopping);
        app.Lifetime.ApplicationStopping.Register(isToStop.SetResult);
        notification.Ready($"policydaemon {Version} answers");
        await isToStop.Task;
        await stop.StopEarlyAsync();
        await app.StopAsync();
        pending.Leave(instance.Pending);
        log.DaemonStopped();
        return 0;
    }

    private WebApplication Build(
        Listeners listeners,
        OrderlyStop stop,
        LiveRules rules,
        AuthInstance instance,
        Stores stores,
        GuessingGuard guard,
        DeliveryLedger? ledger,
        Func<IReadOnlyList<SourceReport>> sources,
        Func<IReadOnlyList<WatchReport>> watched,
        DaemonMetrics metrics,
        MetricsPage? page,
        DaemonLog log,
        Logger logger)
    {
        var allowed = new AllowedPeers(() => rules.Current.Options.Allow);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "policydaemon" });
        builder.Logging.AddSerilog(logger);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(listeners.Configure);
        if (ledger is not null) builder.Services.AddSingleton<IConnectionListenerFactory>(listeners.OpenLmtp());
        builder.WebHost.ConfigureKestrel(kestrel => listeners.Configure(kestrel, allowed, log, metrics));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = OrderlyStop.LastLimit);
        var charged = new ChargedRecipients(() => rules.Current.Policy, time);
        builder.Services.AddSingleton(new PolicyConnection(rules, options.Listen.Milter.Count > 0 ? charged : null, allowed, log, metrics, time));
        builder.Services.AddSingleton(new MilterConnection(rules, charged, stop.Milter, allowed, log, metrics, time));
        builder.Services.AddSingleton(new SaslConnection(rules, instance, allowed, log, metrics, time));
        builder.Services.AddSingleton(new UserdbConnection(rules, instance, allowed, log, metrics, time));
        if (ledger is not null) builder.Services.AddSingleton(new LmtpConnection(rules, ledger, stop.Lmtp, allowed, log, metrics, time));

        var app = builder.Build();
        var startedAt = time.GetUtcNow();
        var parts = rules.Administered(stores, guard, ledger, log, time, () => new StatusReport(
            Version,
            options.Node,
            startedAt,
            time.GetUtcNow(),
            started.Source,
            [.. listeners.All.Select(listener => new ListenerReport(listener.Protocol, listener.Endpoint.ToString()))],
            sources(),
            watched(),
            ledger is null ? null : LmtpReport.Of(rules.Current.Lmtp, ledger.Standing)));
        var admin = new AdminEndpoints(author => new LiveAdministration(parts, author), log);
        var authHttp = options.Listen.AuthHttp is { } asked ? AuthHttp(SharedSecret.Read(asked.SecretFile), rules, guard, new AuthenticationLog(log, metrics), log) : null;
        var http = page is null ? null : Watched(page, rules, sources, metrics, log);
        app.Run(context => context.Features switch
        {
            var features when authHttp is not null && features.Get<AuthHttpPeer>() is { } peer => authHttp.HandleAsync(context, peer),
            var features when http is not null && features.Get<HttpPeer>() is { } peer => http.HandleAsync(context, peer),
            _ => admin.HandleAsync(context),
        });
        return app;
    }

    private HttpEndpoints Watched(MetricsPage page, LiveRules rules, Func<IReadOnlyList<SourceReport>> sources, DaemonMetrics metrics, DaemonLog log)
    {
        var peers = new PeerChecks(
            () => ConfiguredPeers.Of(rules.Current.Options, time), () => (rules.Current.Options.Peers.Timeout, rules.Current.Options.Peers.KeptFor), time);
        Readiness Judge() => Readiness.Of(sources());
        metrics.Health.Observe(Judge, () => peers.Known);
        return new HttpEndpoints(page, Judge, peers, log);
    }

    private AuthHttpEndpoints AuthHttp(SharedSecret secret, LiveRules rules, GuessingGuard guard, AuthenticationLog logins, DaemonLog log) => new(
        secret, rules.AuthenticateAsync, () => rules.Userdb, new ReportedLogins(() => rules.Current.Sources.Directory, guard, logins, time), log);
}
