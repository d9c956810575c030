using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.CounterNode;

// A node that charges one key until it is full, to be killed while it does: PolicyDaemon.CounterNode CONNECTION NODE LOG CALLERS LIMIT
// What it asked and what it was told stands in LOG; started again with the same LOG it asks once more what had no answer.
// Or PolicyDaemon.CounterNode deliveries DIRECTORY: writes a journal of deliveries, to be killed while it does.
if (args[0] == "deliveries")
{
    await DeliveryLoad.RunAsync(args[1]);
    return;
}

await using var source = new PostgresSource(new() { ConnectionString = args[0] }, TimeProvider.System);
await using var counters = new PostgresCounters(source.Primary, args[1], TimeProvider.System);
await counters.StartAsync(CancellationToken.None);
using var log = new AskedLog(args[2]);
var load = new Load(counters, log, int.Parse(args[4], System.Globalization.CultureInfo.InvariantCulture));
await load.RunAsync(int.Parse(args[3], System.Globalization.CultureInfo.InvariantCulture));
