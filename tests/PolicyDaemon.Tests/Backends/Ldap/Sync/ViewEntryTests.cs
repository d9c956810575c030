using System.Text;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.ViewEntries;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

public sealed class ViewEntryTests
{
    [Fact]
    public void Entry_gives_back_all_that_was_put_in()
    {
        var entry = FullEntry(1, "alice");
        var account = entry.Account;

        Assert.Equal("alice", account.Name);
        Assert.Equal(["alice", "alice-ü@bücher.example"], account.Logins);
        Assert.Equal(["alice@truenorth.local", "@catch.example", "a@b@truenorth.local"], account.Addresses.Select(address => address.Text));
        Assert.Equal([new AccountState("ldap", DnOf("alice"), SendAllowed.Invalid, "on leave")], account.States);
        Assert.Equal(["sales@truenorth.local", "@partner.example"], account.SendAs.Select(address => address.Text));
        Assert.Equal(new Dictionary<string, long> { ["login-hour"] = 50, ["login-day"] = long.MaxValue }, account.Limits);
        Assert.Equal(["@friends.example"], entry.AllowedSenders.Select(address => address.Text));
        Assert.True(entry.HasUnreadableAllowedSenders);
        Assert.Equal(new MailboxFacts("5000", "5001", "/home/alice", "maildir:~/Maildir"), account.Mailbox);
        Assert.Equal(3L << 30, account.QuotaOctets);
        Assert.Equal(DnOf("alice"), entry.Dn);
        Assert.Equal("20261121101500.123456Z#0000ab#00c#0000ef", entry.Changed.ToString());
    }

    [Fact]
    public void Address_that_was_kept_has_the_parts_it_had()
    {
        var addresses = FullEntry(1, "alice").Account.Addresses;
        Assert.Equal([("alice", "truenorth.local"), ("", "catch.example"), ("a@b", "truenorth.local")], addresses.Select(address => (address.Localpart, address.Domain)));
        Assert.Equal([false, true, false], addresses.Select(address => address.IsCatchAll));
        Assert.Equal(Mail.Address("alice@truenorth.local"), addresses[0]);
    }

    [Fact]
    public void Entry_with_little_has_nothing_more()
    {
        var entry = Entry(1, [], "sales@truenorth.local");
        Assert.Empty(entry.Account.Logins);
        Assert.Equal("sales@truenorth.local", entry.Account.Name);
        Assert.Equal((SendAllowed.Absent, null), (entry.Account.States[0].SendAllowed, entry.Account.States[0].Status));
        Assert.Empty(entry.Account.SendAs);
        Assert.Empty(entry.Account.Limits);
        Assert.Empty(entry.AllowedSenders);
        Assert.False(entry.HasUnreadableAllowedSenders);
        Assert.Equal((MailboxFacts.None, null), (entry.Account.Mailbox, entry.Account.QuotaOctets));
        Assert.Null(entry.Changed);
    }

    [Theory]
    [InlineData("5000", null, null, null, null)]
    [InlineData(null, "5001", null, null, null)]
    [InlineData(null, null, "/home/a", null, null)]
    [InlineData(null, null, null, "maildir:~", null)]
    [InlineData(null, null, null, null, 0L)]
    [InlineData("5000", null, "", null, 1L << 60)]
    public void Each_fact_of_the_mailbox_is_kept_for_itself(string? uid, string? gid, string? home, string? mail, long? quota)
    {
        var facts = new MailboxFacts(uid, gid, home, mail);
        var plain = Entry(1, ["a"], "a@truenorth.local");
        var kept = new ViewEntry(plain.Id, null, plain.Account with { Mailbox = facts, QuotaOctets = quota }, [], false);
        Assert.Equal((facts, quota), (kept.Account.Mailbox, kept.Account.QuotaOctets));
        Assert.True(EntryOctets.AreWhole(kept.Octets));
        Assert.False(EntryOctets.AreWhole(kept.Octets[..^1]));
    }

    [Fact]
    public void Entries_that_say_the_same_are_equal_and_the_change_number_tells_them_apart()
    {
        var later = Change("20261121101500.123457Z#000000#001#000000");
        var (one, other) = (FullEntry(1, "alice"), FullEntry(1, "alice"));
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, other with { Changed = later });
        Assert.True(one.HasSameContent(other with { Changed = later }));
        Assert.NotEqual(one, FullEntry(2, "alice"));
        Assert.False(one.HasSameContent(FullEntry(1, "alicf")));
    }

    [Fact]
    public void Octets_cut_anywhere_or_with_more_behind_are_not_whole()
    {
        var octets = FullEntry(1, "alice").Octets.ToArray();
        Assert.True(EntryOctets.AreWhole(octets));
        Assert.All(Enumerable.Range(0, octets.Length), length => Assert.False(EntryOctets.AreWhole(octets.AsSpan(0, length))));
        Assert.False(EntryOctets.AreWhole([.. octets, 0]));
    }

    [Fact]
    public void Octets_that_were_changed_are_refused_or_can_be_read_without_harm()
    {
        var octets = FullEntry(1, "alice").Octets.ToArray();
        var refused = 0;
        for (var i = 0; i < octets.Length * 256; i++)
        {
            byte[] changed = [.. octets];
            changed[i / 256] = (byte)i;
            if (!EntryOctets.AreWhole(changed))
            {
                refused++;
                continue;
            }

            var entry = new ViewEntry(Id(1), null, "ldap", changed);
            Assert.NotNull(entry.Account.States[0].Entry);
            Assert.NotNull(entry.AllowedSenders);
        }

        Assert.NotInRange(refused, 0, octets.Length);
    }

    [Theory]
    [InlineData("alice", true)]
    [InlineData("alice-ü@bücher.example", true)]
    [InlineData("Alice", false)]
    [InlineData("alic", false)]
    [InlineData("alicee", false)]
    [InlineData("", false)]
    [InlineData("alice-u@bucher.example", false)]
    [InlineData("alice-\ud83d@bücher.example", false)]
    public void Login_is_compared_character_by_character(string login, bool expected) => Assert.Equal(expected, FullEntry(1, "alice").Logins.Contain(login));

    [Fact]
    public void Login_written_twice_counts_once()
    {
        var logins = 0;
        foreach (var login in Entry(1, ["a", "a", "b"]).Logins) logins += Encoding.UTF8.GetString(login).Length;
        Assert.Equal(2, logins);
    }
}
