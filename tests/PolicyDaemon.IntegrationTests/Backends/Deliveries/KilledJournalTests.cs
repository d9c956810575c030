using System.Diagnostics;
using PolicyDaemon.Backends.Deliveries;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.Deliveries;

public sealed class KilledJournalTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("pdt-deliveries-");

    public void Dispose() => directory.Delete(recursive: true);

    /// <summary>Several times over the same journal: what the one before has left is there, too.</summary>
    [Fact]
    public async Task Everything_acknowledged_is_there_after_sigkill_in_the_middle_of_writing()
    {
        string place = Path.Combine(directory.FullName, "deliveries");
        HashSet<Guid> acknowledged = [];
        for (int round = 0; round < 5; round++)
        {
            using Process node = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "PolicyDaemon.CounterNode"), ["deliveries", place]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            for (int i = 0; i < 200 + (round * 37); i++)
            {
                string? line = await node.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
                acknowledged.Add(Guid.Parse(Assert.IsType<string>(line)));
            }

            node.Kill();

            // What it still said; a last line may be torn.
            string rest = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await node.WaitForExitAsync(TestContext.Current.CancellationToken);
            foreach (string line in rest.Split('\n')[..^1]) acknowledged.Add(Guid.Parse(line));

            using DeliveryJournal journal = new(new DeliveryJournalOptions { Directory = place });
            HashSet<Guid> there = [.. journal.ReadAll().Select(record => record.Id)];
            Assert.Superset(acknowledged, there);
            Assert.Equal(there.Count, journal.Waiting);
        }
    }
}
