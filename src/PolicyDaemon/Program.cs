using PolicyDaemon.Configuration;
using PolicyDaemon.Hosting;

var file = Array.IndexOf(args, "--config") is >= 0 and var at ? args[at + 1] : null;
LoadedConfiguration Load() => ConfigurationLoader.Load(file, [], ConfigurationLoader.ProcessEnvironment());
var loaded = Load();
foreach (var error in loaded.Errors) await Console.Error.WriteLineAsync(error);
return loaded.Options is null ? 2 : await new DaemonHost(loaded, Load, TimeProvider.System).RunAsync();
