namespace PolicyDaemon.Engine.Directories;

/// <summary>Makes one account of what several sources say about it: facts add up, of two limits the smaller counts, and of two places for a mailbox the first.</summary>
/// <param name="identity">The source whose name for the account is its name; null: the first.</param>
internal sealed class AccountMerge(string? identity)
{
    /// <param name="accounts">At least one; all are the same account.</param>
    public Account Merge(IReadOnlyList<Account> accounts)
    {
        if (accounts is [var only]) return only;
        var ordered = accounts.OrderBy(account => account.States.Any(state => state.Source == identity) ? 0 : 1).ToList();
        return new Account
        {
            Name = ordered[0].Name,
            Logins = [.. ordered.SelectMany(account => account.Logins).Distinct(StringComparer.Ordinal)],
            Addresses = [.. ordered.SelectMany(account => account.Addresses).Distinct()],
            States = [.. ordered.SelectMany(account => account.States).Distinct()],
            SendAs = [.. ordered.SelectMany(account => account.SendAs).Distinct()],
            Limits = MergeLimits(ordered.Select(account => account.Limits)),
            QuotaOctets = MergeQuotas([.. ordered.Select(account => account.QuotaOctets).OfType<long>()]),
            Mailbox = ordered.Select(account => account.Mailbox).Aggregate((one, other) => one.Or(other)),
        };
    }

    /// <summary>The smallest; 0, which is none, only where nobody has another.</summary>
    private static long? MergeQuotas(List<long> quotas) =>
        quotas.Count == 0 ? null : quotas.Where(quota => quota > 0).DefaultIfEmpty(0).Min();

    /// <summary>Of two amounts of one limit the smaller.</summary>
    public static Dictionary<string, long> MergeLimits(IEnumerable<IReadOnlyDictionary<string, long>> limits) => limits
        .SelectMany(each => each)
        .GroupBy(limit => limit.Key, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Min(limit => limit.Value), StringComparer.Ordinal);
}
