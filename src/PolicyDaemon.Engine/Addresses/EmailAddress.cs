namespace PolicyDaemon.Engine.Addresses;

/// <summary>
/// One mail address in the single form in which addresses are compared: made only by <see cref="AddressNormalizer"/>,
/// so that two spellings of one address are equal.
/// </summary>
/// <remarks>
/// The localpart is in internal form (no quotes) and folded to lower case; the domain is lower case, in A-labels
/// (RFC 5890), without a trailing dot. An empty localpart stands for the catch-all of the domain, <c>@domain</c>.
/// </remarks>
public sealed class EmailAddress : IEquatable<EmailAddress>
{
    private readonly int at;

    internal EmailAddress(string localpart, string domain)
    {
        Localpart = localpart;
        Domain = domain;
        Text = string.Concat(localpart, "@", domain);
        at = localpart.Length;
    }

    private EmailAddress(string text)
    {
        Text = text;
        at = text.LastIndexOf('@');
    }

    public string Localpart => field ??= Text[..at];

    public string Domain => field ??= Text[(at + 1)..];

    /// <summary><c>localpart@domain</c>; the key of maps and of questions to a directory.</summary>
    public string Text { get; }

    /// <summary>True for <c>@domain</c>, the address behind every localpart that nothing else claims.</summary>
    public bool IsCatchAll => at == 0;

    /// <summary>The address whose <see cref="Text"/> this was: for those who have kept it, and only for them.</summary>
    public static EmailAddress FromNormalized(string text) =>
        text.Contains('@', StringComparison.Ordinal) ? new EmailAddress(text) : throw new ArgumentException("no address", nameof(text));

    /// <summary>The catch-all <c>@domain</c> of this address's domain.</summary>
    public EmailAddress CatchAll() => IsCatchAll ? this : new EmailAddress("", Domain);

    /// <summary>The same localpart at another domain, which must be normalized already.</summary>
    public EmailAddress At(string normalizedDomain) => new(Localpart, normalizedDomain);

    public bool Equals(EmailAddress? other) => other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as EmailAddress);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
