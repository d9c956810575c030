namespace PolicyDaemon.Engine.Messages;

/// <summary>What became of reading a header field that holds addresses.</summary>
public enum AddressListOutcome
{
    /// <summary>Read, and every mail program reads the same addresses in it; there may be none (<c>undisclosed:;</c>).</summary>
    Addresses,

    /// <summary>No two mail programs need agree whose addresses these are.</summary>
    Malformed,

    /// <summary>Longer, or of more addresses, than is read: what is in it cannot be told.</summary>
    TooLong,
}

/// <summary>The addresses of one <c>From</c>, <c>Sender</c> or like field, or why there are none.</summary>
/// <param name="Cause">Private, a few words; empty when the addresses were read.</param>
public sealed record AddressList(AddressListOutcome Outcome, IReadOnlyList<Mailbox> Mailboxes, string Cause)
{
    internal static AddressList Read(IReadOnlyList<Mailbox> mailboxes) => new(AddressListOutcome.Addresses, mailboxes, "");

    internal static AddressList Malformed(string cause) => new(AddressListOutcome.Malformed, [], cause);

    internal static AddressList TooLong(string cause) => new(AddressListOutcome.TooLong, [], cause);
}

/// <summary>One mailbox of an address list.</summary>
/// <param name="Localpart">In internal form: no quotes. Case as written.</param>
/// <param name="Domain">As written; a domain literal with its brackets.</param>
/// <param name="Texts">
/// What mail programs show beside the address: display name, comments, the name of the group it is in. Encoded words (RFC 2047) are decoded,
/// also where the RFC would not have them, because programs do that.
/// </param>
public sealed record Mailbox(string Localpart, string Domain, IReadOnlyList<string> Texts)
{
    /// <summary><c>localpart@domain</c>, without quotes.</summary>
    public string Address => $"{Localpart}@{Domain}";
}
