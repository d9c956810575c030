namespace PolicyDaemon.Engine.Addresses;

/// <summary>Addresses that mail software writes on the way: SRS (a forwarder's return path) and BATV (a signed return path).</summary>
/// <remarks>
/// Recognized by form only. That is enough: recognizing one never gives a login a right that its owner has not, see
/// <see cref="Checks.IdentityBinding"/>.
/// </remarks>
internal static class SenderRewriting
{
    private const string BatvPrefix = "prvs=";

    public static bool IsRewritten(EmailAddress address) => IsSrs(address) || UnwrapBatv(address) is not null;

    /// <summary>True for <c>SRS0=…</c> and <c>SRS1=…</c>; the separator may be <c>=</c>, <c>+</c> or <c>-</c>.</summary>
    public static bool IsSrs(EmailAddress address) =>
        address.Localpart is ['s', 'r', 's', '0' or '1', '=' or '+' or '-', _, ..];

    /// <summary>The address inside <c>prvs=KDDDSSSSSS=local@domain</c>, or null when it is none.</summary>
    /// <remarks>draft-levine-smtp-batv-01, section 4: ten characters of key number, day and signature.</remarks>
    public static EmailAddress? UnwrapBatv(EmailAddress address)
    {
        var localpart = address.Localpart;
        if (!localpart.StartsWith(BatvPrefix, StringComparison.Ordinal) || localpart.Length <= BatvPrefix.Length + 11) return null;
        if (localpart[BatvPrefix.Length + 10] != '=' || !localpart.Skip(BatvPrefix.Length).Take(10).All(char.IsAsciiHexDigit)) return null;
        return new EmailAddress(localpart[(BatvPrefix.Length + 11)..], address.Domain);
    }
}
