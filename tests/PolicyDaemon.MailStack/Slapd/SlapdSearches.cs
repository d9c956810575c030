using System.Text.RegularExpressions;

namespace PolicyDaemon.MailStack.Slapd;

/// <summary>The searches that a slapd was asked, from its own statistics (loglevel stats), by what they were for.</summary>
/// <param name="Lookups">For one login or address.</param>
/// <param name="Synchronizations">For the whole content and its changes (RFC 4533).</param>
/// <param name="Probes">For one entry by its name: whether the server is there, and how far it is.</param>
public sealed partial record SlapdSearches(int Lookups, int Synchronizations, int Probes)
{
    /// <param name="log">Of the server, or the part of it that counts.</param>
    public static SlapdSearches In(string log)
    {
        int[] counts = new int[3];
        foreach (Match search in Search().Matches(log))
            counts[search.Groups["scope"].Value == "0" ? 2 : IsSynchronization(log, search) ? 1 : 0]++;
        return new(counts[0], counts[1], counts[2]);
    }

    /// <summary>Only who follows changes asks for the number of each; slapd does not log the control itself.</summary>
    private static bool IsSynchronization(string log, Match search)
    {
        int attributes = log.IndexOf($"{search.Groups["operation"].Value} SRCH attr=", search.Index + search.Length, StringComparison.Ordinal);
        return attributes >= 0 && log[attributes..log.IndexOf('\n', attributes)].Contains("entryCSN", StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex("""(?<operation>conn=\d+ op=\d+) SRCH base="[^"]*" scope=(?<scope>\d)""")]
    private static partial Regex Search();
}
