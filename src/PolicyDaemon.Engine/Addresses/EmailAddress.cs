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
    internal EmailAddress(string localpart, string domain)
    {
        Localpart = localpart;
        Domain = domain;
        Text = string.Concat(localpart, "@", domain);
    }

    public string Localpart { get; }

    public string Domain { get; }

    /// <summary><c>localpart@domain</c>; the key of maps and of questions to a directory.</summary>
    public string Text { get; }

    /// <summary>True for <c>@domain</c>, the address behind every localpart that nothing else claims.</summary>
    public bool IsCatchAll => Localpart.Length == 0;

    /// <summary>The catch-all <c>@domain</c> of this address's domain.</summary>
    public EmailAddress CatchAll() => IsCatchAll ? this : new EmailAddress("", Domain);

    /// <summary>The same localpart at another domain, which must be normalized already.</summary>
    public EmailAddress At(string normalizedDomain) => new(Localpart, normalizedDomain);

    public bool Equals(EmailAddress? other) => other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as EmailAddress);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
