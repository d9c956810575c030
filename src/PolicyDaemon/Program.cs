using PolicyDaemon.Cli;
using PolicyDaemon.Hosting;

return await CommandLine.InvokeAsync(args, CommandEnvironment.OfProcess(
    DaemonHost.Version,
    run: (started, load) => new DaemonHost(started, load, TimeProvider.System).RunAsync(),
    open: loaded => LocalAdministration.OpenAsync(loaded, TimeProvider.System)));
