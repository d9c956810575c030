using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Engine.Directories;

/// <summary>
/// The questions asked of a directory. Every backend answers them alike, which the directory contract tests hold.
/// </summary>
/// <remarks>
/// No method throws for a source that is down, slow or refuses: that is <see cref="LookupAnswer.Unavailable"/> with a cause.
/// <see cref="OperationCanceledException"/> is thrown only when the caller's token is cancelled. Arguments are normalized and
/// otherwise hostile: any character but controls may occur in them, and a backend escapes always. Two entries that answer for
/// one login are Unavailable (<see cref="Lookup{T}.Ambiguous"/>), never a guess.
/// </remarks>
public interface IDirectory
{
    /// <summary>The configured name of the source, as shown by <c>ask</c>: <c>ldap</c>, <c>sqlite</c>, …</summary>
    string Name { get; }

    /// <summary>The account that this SASL username means.</summary>
    /// <param name="login">Normalized by <see cref="AddressNormalizer.NormalizeLogin"/>; with or without a domain.</param>
    ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken);

    /// <summary>What stands behind exactly this address; a catch-all is asked for as <c>@domain</c>.</summary>
    ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken);

    /// <summary>
    /// Whether this domain is one of ours by the source's own list of domains. A source without such a list answers NotFound:
    /// a domain is never ours only because some account has an address in it.
    /// </summary>
    /// <param name="domain">Normalized by <see cref="AddressNormalizer.TryNormalizeDomain"/>.</param>
    ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken);
}
