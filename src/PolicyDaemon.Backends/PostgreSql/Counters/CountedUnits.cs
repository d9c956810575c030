using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>Units and limits as the store takes them: no sum of them overflows.</summary>
internal static class CountedUnits
{
    /// <summary>More than this passes nowhere, and no limit is higher.</summary>
    private const long MaxLimit = 1L << 60;

    public static long LimitOf(Charge charge) => Math.Min(charge.Limit, MaxLimit);

    /// <summary>Beyond every limit stays beyond it.</summary>
    public static long Of(Charge charge) => Math.Min(charge.Units, MaxLimit + 1);

    public static long Add(long sum, long units) => Math.Min(sum + units, MaxLimit + 1);
}
