using PolicyDaemon.Simulation;

Console.WriteLine("| nodes | messages/s | in a call | busy cores | p50 / p99 ms | with a limit on everyone: in a call | busy cores | p50 / p99 ms |");
foreach (var line in ScalingTables.Delays()) Console.WriteLine(line);
Console.WriteLine("\n| nodes | one server | with a limit on everyone | four servers | with a limit on everyone |");
foreach (var line in ScalingTables.Ends()) Console.WriteLine(line);
Console.WriteLine("\n| nodes | limit | most in any hour | the bound | on their own |");
foreach (var line in ScalingTables.Shares()) Console.WriteLine(line);
