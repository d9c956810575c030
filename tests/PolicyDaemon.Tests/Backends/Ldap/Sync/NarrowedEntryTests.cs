using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.ViewEntries;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

public sealed class NarrowedEntryTests
{
    [Fact]
    public void Place_of_a_mailbox_that_vanishes_without_a_change_stays()
    {
        var known = With(new MailboxFacts("5000", "5001", "/home/a"), 5);
        Assert.True(NarrowedEntry.TryMend(known, With(new MailboxFacts(Gid: "6001"), null), out var mended));
        Assert.Equal((new MailboxFacts("5000", "6001", "/home/a"), 5L), (mended.Account.Mailbox, mended.Account.QuotaOctets));
        Assert.True(NarrowedEntry.TryMend(known, With(known.Account.Mailbox, null), out mended));
        Assert.Equal(5, mended.Account.QuotaOctets);
    }

    [Fact]
    public void Entry_from_which_nothing_vanished_is_taken_as_it_is()
    {
        Assert.False(NarrowedEntry.TryMend(With(MailboxFacts.None, null), With(new MailboxFacts("5000"), 5), out _));
        Assert.False(NarrowedEntry.TryMend(With(new MailboxFacts("5000"), 5), With(new MailboxFacts("5001"), 6), out _));
    }

    private static ViewEntry With(MailboxFacts mailbox, long? quota)
    {
        var plain = Entry(1, ["a"], "a@truenorth.local");
        return new ViewEntry(plain.Id, null, plain.Account with { Mailbox = mailbox, QuotaOctets = quota }, [], false);
    }
}
