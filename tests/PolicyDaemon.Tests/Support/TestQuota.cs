using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Tests;

/// <summary>A mail store that knows which mailboxes are full, with a switch for being away.</summary>
internal sealed class TestQuota : IMailboxQuota
{
    private readonly HashSet<string> full = new(StringComparer.Ordinal);

    public bool IsDown { get; set; }

    public TestQuota Fill(string mailbox)
    {
        full.Add(mailbox);
        return this;
    }

    public ValueTask<Lookup<QuotaState>> FindQuotaAsync(EmailAddress recipient, long size, CancellationToken cancellationToken) => new(IsDown
        ? Lookup<QuotaState>.Unavailable("quota-status is down", Provenance.Of("quota"))
        : Lookup<QuotaState>.Found(new QuotaState(full.Contains(recipient.Text)), Provenance.Of("quota")));
}
