using System.Text;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>
/// The keys of a batch, each once and in the store's order (by octets), and the charges of all its messages in one row, as the functions of
/// the store take them. Numbers count from 1.
/// </summary>
internal sealed class ChargeKeys
{
    /// <param name="messages">The charges of each message.</param>
    public ChargeKeys(IReadOnlyList<IReadOnlyList<Charge>> messages)
    {
        Firsts = new int[messages.Count + 1];
        Firsts[0] = 1;
        for (var i = 0; i < messages.Count; i++) Firsts[i + 1] = Firsts[i] + messages[i].Count;

        var sums = new Dictionary<string, Sum>(StringComparer.Ordinal);
        foreach (var charges in messages)
        {
            foreach (var charge in charges) sums[charge.Key] = (sums.TryGetValue(charge.Key, out var sum) ? sum : Sum.Nothing).With(charge);
        }

        Keys = [.. sums.Keys];
        Array.Sort(Keys, CompareOctets);
        Lengths = Array.ConvertAll(Keys, key => sums[key].Length);
        Totals = Array.ConvertAll(Keys, key => sums[key].Units);
        Least = Array.ConvertAll(Keys, key => sums[key].Least);

        var numbers = new Dictionary<string, int>(Keys.Length, StringComparer.Ordinal);
        for (var i = 0; i < Keys.Length; i++) numbers[Keys[i]] = i + 1;
        var all = messages.SelectMany(charges => charges).ToArray();
        Key = Array.ConvertAll(all, charge => numbers[charge.Key]);
        Units = Array.ConvertAll(all, CountedUnits.Of);
        Limits = Array.ConvertAll(all, CountedUnits.LimitOf);
        Soft = Array.ConvertAll(all, charge => charge.IsSoft);
    }

    public string[] Keys { get; }

    /// <summary>Of a slice, in microseconds. Of different ones for one key, which a reload can bring, the longest.</summary>
    public long[] Lengths { get; }

    public long[] Totals { get; }

    public long[] Least { get; }

    /// <summary>Where the charges of each message begin, and where the last ones end.</summary>
    public int[] Firsts { get; }

    public int[] Key { get; }

    public long[] Units { get; }

    public long[] Limits { get; }

    public bool[] Soft { get; }

    /// <summary>Octets of UTF-8, which is also the order of code points; .NET's ordinal order is that of UTF-16 and differs above U+D7FF.</summary>
    private static int CompareOctets(string left, string right)
    {
        var common = 0;
        while (common < left.Length && common < right.Length && left[common] == right[common]) common++;
        if (common == left.Length || common == right.Length) return left.Length.CompareTo(right.Length);
        if (left[common] < '\ud800' && right[common] < '\ud800') return left[common].CompareTo(right[common]);
        return Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
    }

    private readonly record struct Sum(long Units, long Least, long Length)
    {
        public static readonly Sum Nothing = new(0, long.MaxValue, 0);

        public Sum With(Charge charge) => new(
            CountedUnits.Add(Units, CountedUnits.Of(charge)),
            Math.Min(Least, CountedUnits.LimitOf(charge)),
            Math.Max(Length, StoredSlices.LengthOf(charge.Window)));
    }
}
