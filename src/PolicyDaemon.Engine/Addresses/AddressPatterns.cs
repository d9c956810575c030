namespace PolicyDaemon.Engine.Addresses;

/// <summary>Lists of addresses and <c>@domain</c> patterns, as <c>sendAs</c> and <c>allowedSenders</c> hold them.</summary>
internal static class AddressPatterns
{
    /// <summary>Whether a list names the address, its untagged form, or its domain.</summary>
    public static bool Cover(IReadOnlyList<EmailAddress> patterns, EmailAddress address, AddressNormalizer normalizer)
    {
        if (patterns.Count == 0) return false;
        var untagged = normalizer.WithoutTag(address);
        foreach (var pattern in patterns)
        {
            if (pattern.Equals(address) || pattern.Equals(untagged)) return true;
            if (pattern.IsCatchAll && string.Equals(pattern.Domain, address.Domain, StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
