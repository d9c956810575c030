using System.Globalization;

namespace PolicyDaemon.Bench.Measuring;

/// <summary>What the daemon's runtime has done since its start, from its own metrics.</summary>
/// <param name="Allocated">Octets.</param>
/// <param name="Collections">Garbage collections of all generations.</param>
internal sealed record RuntimeUse(double Allocated, double Collections)
{
    private static readonly HttpClient Client = new();

    public static async Task<RuntimeUse?> ReadAsync(Uri? metrics)
    {
        if (metrics is null) return null;
        var lines = (await Client.GetStringAsync(metrics)).Split('\n');
        return new RuntimeUse(Value("process_gc_allocated_bytes_total"), Value("process_gc_collections_total"));

        double Value(string name) => double.Parse(
            lines.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ')[^1], CultureInfo.InvariantCulture);
    }
}
