using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PolicyDaemon.Bench.Measuring;

/// <summary>Everything that one part of the bench measured: printed as it comes, and kept in a file for <c>report</c>.</summary>
internal sealed class Results(string part, string directory, MeasuringOptions options)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    private readonly List<Measurement> measurements = [];
    private readonly DateTimeOffset begun = TimeProvider.System.GetUtcNow();

    public void PrintHeader(TextWriter output)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{part}: {Environment.ProcessorCount} cores, load {ProcessFamily.LoadAverage()}, middle (least to greatest) of {options.Rounds} rounds of {options.Length.TotalSeconds:0.#} s; ratio: to the first of each group, round by round"));
        output.WriteLine($"{"",-58} {"conns",5} {"per second",28} {"ratio",19} {"p50 us",8} {"p99 us",8} {"p99.9",8} {"CPU us",7} {"bytes",6} {"GCs",4} {"MB",5} {"others",6}");
    }

    public void Add(Measurement measured)
    {
        Console.WriteLine(Describe(measured));
        Keep(measured);
    }

    /// <summary>Without printing it.</summary>
    public void Keep(Measurement measured)
    {
        measurements.Add(measured);
        Write();
    }

    public static PartResults? Read(string directory, string part)
    {
        var file = Path.Combine(directory, part + ".json");
        return File.Exists(file) ? JsonSerializer.Deserialize<PartResults>(File.ReadAllText(file), Format) : null;
    }

    private void Write()
    {
        Directory.CreateDirectory(directory);
        PartResults all = new(part, Machine.This, begun, options.Rounds, options.Length.TotalSeconds, measurements);
        File.WriteAllText(Path.Combine(directory, part + ".json"), JsonSerializer.Serialize(all, Format));
    }

    private static string Describe(Measurement one)
    {
        var name = $"{one.Group}, {one.Transport}{(one.Offered is { } offered ? Text($", {offered:N0}/s") : "")}: {one.Subject}";
        return string.Create(CultureInfo.InvariantCulture, $"{name,-58} {one.Connections,5} {Range(one.PerSecond, "N0"),28} {Range(one.Ratio, "F2"),19} {one.P50.Median,8:F0} {one.P99.Median,8:F0} {one.P999.Median,8:F0} "
            + $"{one.Cpu.Median,7:F1} {one.Bytes,6:F0} {one.Collections,4:F0} {one.ResidentMegabytes,5:F0} {one.Others.Median,6:F1}");

        static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }

    private static string Range(Figure figure, string format)
    {
        return $"{Text(figure.Median)} ({Text(figure.Least)} to {Text(figure.Greatest)})";

        string Text(double number) => number.ToString(format, CultureInfo.InvariantCulture);
    }
}

/// <summary>The file of one part.</summary>
/// <param name="Seconds">Length of a round.</param>
internal sealed record PartResults(string Part, Machine Machine, DateTimeOffset Begun, int Rounds, double Seconds, IReadOnlyList<Measurement> Measurements);
