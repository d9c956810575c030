using PolicyDaemon.Backends.Ldap;

namespace PolicyDaemon.Http.Peers;

/// <summary>The servers of <c>directory.ldap</c>, each asked for the base entry as the user that the daemon is there.</summary>
internal sealed record LdapPeer(LdapOptions Servers, TimeProvider Time) : IPeer
{
    public string Name => PeerNames.Ldap;

    /// <returns>The certificate that ends first; and a doubt while some of several servers do not answer.</returns>
    public async Task<PeerFinding> TalkAsync(CancellationToken cancellationToken)
    {
        var answers = await LdapProbe.AskAsync(Servers, Time, cancellationToken);
        var faults = string.Join("; ", answers.Where(answer => answer.Fault is not null).Select(answer => $"{answer.Url}: {answer.Fault}"));
        if (answers.All(answer => answer.Fault is not null)) throw new IOException(faults);
        return new PeerFinding(answers.Min(answer => answer.CertificateEnds), faults.Length == 0 ? null : faults);
    }
}
