using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.Bench.Parts;

/// <summary>What every part of the bench is given.</summary>
/// <param name="Program">The <c>policydaemon</c> program.</param>
/// <param name="Options">Rounds and their length.</param>
/// <param name="Connections">Numbers of connections that are tried.</param>
/// <param name="IsQuick">Only the most telling cases.</param>
/// <param name="Directory">For results.</param>
internal sealed record Bench(string Program, MeasuringOptions Options, IReadOnlyList<int> Connections, bool IsQuick, string Directory)
{
    /// <summary>Where neither one client nor the number of connections decides.</summary>
    public const int Usual = 16;

    public const int Many = 100;

    /// <summary>Runs one part on a private mail system, and says how long it took.</summary>
    public async Task RunAsync(string part, Func<Bench, MailStackRoot, Comparison, Task> measure)
    {
        var begun = TimeProvider.System.GetTimestamp();
        Results results = new(part, Directory, Options);
        results.PrintHeader(Console.Out);
        await using (var root = await MailStackRoot.CreateAsync())
        {
            try
            {
                await measure(this, root, new Comparison(Options, results));
            }
            catch
            {
                Console.Error.WriteLine(root.Report());
                throw;
            }
        }

        Console.WriteLine(FormattableString.Invariant($"{part}: {TimeProvider.System.GetElapsedTime(begun).TotalSeconds:F0} s\n"));
    }
}
