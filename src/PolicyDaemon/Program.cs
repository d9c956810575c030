using PolicyDaemon.Cli;
using PolicyDaemon.Hosting;

ProcessMemory.Seal();
return await CommandLine.InvokeAsync(args, CommandEnvironment.OfProcess(
    DaemonHost.Version,
    run: (started, load) => new DaemonHost(started, load, TimeProvider.System).RunAsync(),
    open: loaded => LocalAdministration.OpenAsync(loaded, TimeProvider.System)));
