namespace PolicyDaemon.Backends.Ldap;

/// <summary>What a server sends: one LDAPMessage, RFC 4511 section 4.1.1.</summary>
/// <param name="Id">The request it answers; 0: an unsolicited notification.</param>
/// <param name="Length">Octets on the wire; bounded by <see cref="LdapFraming.MaxMessageBytes"/>.</param>
internal sealed record LdapMessage(int Id, LdapResponse Response, IReadOnlyList<LdapControl> Controls, int Length);

/// <summary>An extension of a request or of a response, RFC 4511 section 4.1.11.</summary>
/// <param name="Value">BER or whatever the OID defines; null is not the same as empty.</param>
internal sealed record LdapControl(string Oid, bool IsCritical, byte[]? Value);

/// <summary>The operations that servers send.</summary>
internal abstract record LdapResponse;

internal sealed record LdapBindResponse(LdapResult Result) : LdapResponse;

internal sealed record LdapSearchEntry(LdapEntry Entry) : LdapResponse;

/// <summary>Where the search would have to be continued. We never follow one: it would carry our password to a server that nobody configured.</summary>
internal sealed record LdapSearchReference : LdapResponse;

internal sealed record LdapSearchDone(LdapResult Result) : LdapResponse;

/// <param name="Name">The OID of what this is; null when it answers a request that says so.</param>
internal sealed record LdapExtendedResponse(LdapResult Result, string? Name, byte[]? Value) : LdapResponse;

/// <summary>One of several answers to a request, before the last, RFC 4511 section 4.13.</summary>
internal sealed record LdapIntermediateResponse(string? Name, byte[]? Value) : LdapResponse;

/// <summary>An operation we have no use for, or do not know.</summary>
/// <param name="Tag">Its application tag.</param>
internal sealed record LdapOtherResponse(int Tag) : LdapResponse;
