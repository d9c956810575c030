using System.Globalization;
using System.Text;
using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Backends.Files;

/// <summary>Reads a Postfix alias text with what its entries lead to: aliases(5), <c>name: value, …</c>, or virtual(5), <c>address address, …</c>.</summary>
/// <remarks>
/// A logical line begins with text and goes on over lines that begin with white space. A name without a domain is one of
/// <c>directory.origin</c>. A line that cannot be read makes the whole text one that is not used.
/// </remarks>
internal sealed class AliasText(AddressNormalizer normalizer)
{
    /// <summary>More than that nobody follows.</summary>
    private const int MaxDestinations = 1000;

    /// <param name="path">For <see cref="AliasEntry.Place"/>.</param>
    /// <param name="fault">The first mistake, with its line.</param>
    /// <returns>By address; of an address that is there twice the first, as postmap(1) does.</returns>
    public IReadOnlyDictionary<string, AliasEntry>? Read(string text, string path, out string? fault)
    {
        var entries = new Dictionary<string, AliasEntry>(StringComparer.Ordinal);
        fault = null;
        foreach (var (number, line) in LogicalLines(text))
        {
            if (entries.Count == FileText.MaxEntries) fault = FileText.TooMany;
            if (fault is not null || !TryRead(line, string.Create(CultureInfo.InvariantCulture, $"{path}:{number}"), entries, out fault))
            {
                fault = string.Create(CultureInfo.InvariantCulture, $"line {number}: {fault}");
                return null;
            }
        }

        return entries;
    }

    private static IEnumerable<(int Number, string Line)> LogicalLines(string text)
    {
        var logical = new StringBuilder();
        var (first, number) = (0, 0);
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.AsSpan().TrimStart() is [] or ['#', ..]) continue;
            if (char.IsWhiteSpace(line[0]) && logical.Length > 0)
            {
                logical.Append(' ').Append(line.AsSpan().Trim());
                continue;
            }

            if (logical.Length > 0) yield return (first, logical.ToString());
            first = number;
            logical.Clear().Append(line.AsSpan().Trim());
        }

        if (logical.Length > 0) yield return (first, logical.ToString());
    }

    private bool TryRead(string line, string place, Dictionary<string, AliasEntry> entries, out string? fault)
    {
        fault = null;
        if (!TryTakeKey(line, out var key, out var value)) fault = "has no address, or nothing behind it";
        else if (!TryRead(value, place, out var entry)) fault = "has a quote without its pair, or too many destinations";
        else if (key.Contains('@', StringComparison.Ordinal) && !normalizer.TryParsePattern(key, out _)) fault = "begins with no address";
        else if (normalizer.TryParsePattern(key, out var address)) entries.TryAdd(address.Text, entry!);
        return fault is null;
    }

    /// <summary>Quoted, up to a colon, or up to white space.</summary>
    private static bool TryTakeKey(string line, out string key, out string value)
    {
        var isQuoted = line[0] == '"';
        var end = isQuoted ? line.IndexOf('"', 1) : line.AsSpan().IndexOfAny(": \t");
        key = end < 0 ? "" : isQuoted ? line[1..end] : line[..end];
        value = end < 0 ? "" : line[(isQuoted ? end + 1 : end)..].TrimStart(' ', '\t', ':');
        return key.Length > 0 && value.Length > 0;
    }

    /// <summary>Parts with commas or, in virtual(5), white space between; quotes hold one together.</summary>
    private bool TryRead(string value, string place, out AliasEntry? entry)
    {
        var destinations = new List<EmailAddress>();
        var leadsElsewhere = false;
        entry = null;
        for (var rest = value.AsSpan().TrimStart(", \t"); !rest.IsEmpty; rest = rest.TrimStart(", \t"))
        {
            if (!TryTakePart(ref rest, out var part)) return false;
            if (IsElsewhere(part) || !normalizer.TryParsePattern(part.TrimStart('\\'), out var address)) leadsElsewhere = true;
            else destinations.Add(address);
        }

        entry = new AliasEntry(place, destinations, leadsElsewhere);
        return destinations.Count <= MaxDestinations;
    }

    private static bool TryTakePart(ref ReadOnlySpan<char> rest, out string part)
    {
        var taken = new StringBuilder();
        var isQuoted = false;
        var i = 0;
        for (; i < rest.Length && (isQuoted || !(rest[i] is ',' or ' ' or '\t')); i++)
        {
            if (rest[i] == '"') isQuoted = !isQuoted;
            else taken.Append(rest[i]);
        }

        rest = rest[i..];
        part = taken.ToString();
        return !isQuoted;
    }

    /// <summary>A file, a program, a list of more: aliases(5).</summary>
    private static bool IsElsewhere(string part) => part is ['/' or '|' or ':', ..];
}
