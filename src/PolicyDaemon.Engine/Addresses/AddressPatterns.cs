namespace PolicyDaemon.Engine.Addresses;

/// <summary>Lists of addresses and <c>@domain</c> patterns, as <c>sendAs</c> and <c>allowedSenders</c> hold them.</summary>
internal static class AddressPatterns
{
    /// <summary>Whether a list names exactly this address, or its domain.</summary>
    public static bool Cover(IReadOnlyList<EmailAddress> patterns, EmailAddress address)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            var pattern = patterns[i];
            if (pattern.Equals(address)) return true;
            if (pattern.IsCatchAll && string.Equals(pattern.Domain, address.Domain, StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
