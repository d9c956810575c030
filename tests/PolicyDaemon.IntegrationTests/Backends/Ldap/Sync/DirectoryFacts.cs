using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>All that a directory says about given logins and addresses, as texts that can be compared; not from where it says it.</summary>
internal static class DirectoryFacts
{
    private const int AtOnce = 32;

    private static readonly AddressNormalizer Normalizer = new("+");

    /// <returns>The questions to which the two give different answers, with both answers; the two must have one name.</returns>
    public static async Task<IReadOnlyList<string>> CompareAsync(
        IDirectory one, IDirectory other, IReadOnlyList<string> logins, IReadOnlyList<string> addresses)
    {
        var first = await ReadAsync(one, logins, addresses);
        var second = await ReadAsync(other, logins, addresses);
        return [.. first.Zip(second).Where(pair => pair.First != pair.Second).Select(pair => $"{pair.First}\n  and {pair.Second}")];
    }

    /// <summary>One line for each login and each address, in the order given.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(IDirectory directory, IReadOnlyList<string> logins, IReadOnlyList<string> addresses)
    {
        var lines = new string[logins.Count + addresses.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, lines.Length), options, async (i, cancellationToken) => lines[i] = i < logins.Count
            ? $"{logins[i]}: {Describe(await directory.FindAccountAsync(logins[i], cancellationToken), Describe)}"
            : $"{addresses[i - logins.Count]}: {Describe(await directory.FindAddressAsync(Parse(addresses[i - logins.Count]), cancellationToken), Describe)}");
        return lines;
    }

    private static EmailAddress Parse(string text) =>
        Normalizer.TryParsePattern(text, out var address) ? address : throw new FormatException(text);

    private static string Describe<T>(Lookup<T> answer, Func<T, string> describe)
        where T : class => answer switch
        {
            { IsFound: true } => describe(answer.Value),
            { IsAmbiguous: true } => "ambiguous",
            { IsUnavailable: true } => $"unavailable, {answer.Cause}",
            _ => "not found",
        };

    private static string Describe(Account account) =>
        $"{account.Name} logins={Join(account.Logins)} addresses={Join(account.Addresses)} states={Join(account.States)} "
        + $"sendAs={Join(account.SendAs)} limits={Join(account.Limits)}";

    /// <summary>The order of those who share an address is the directory's own.</summary>
    private static string Describe(AddressEntry entry) =>
        $"accounts={Join(entry.Accounts.Select(Describe).Order(StringComparer.Ordinal))} "
        + $"allowed={Join(entry.AllowedSenders.Select(address => address.Text).Order(StringComparer.Ordinal))}";

    private static string Join<T>(IEnumerable<T> values) => $"[{string.Join(", ", values)}]";
}
