using System.CommandLine;
using PolicyDaemon.Bench;

RootCommand root = new("Measures the daemon beside servers that answer without thinking and beside what others use, in one run; 'all' and 'report' are what 'make bench' runs.");
foreach (var command in MeasuringCommands.All()) root.Add(command);
foreach (var command in SingleCommands.All()) root.Add(command);
return await root.Parse(args).InvokeAsync();
