using PolicyDaemon.Backends.Files;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Files;

public sealed class PasswdTextTests
{
    private const string Hash = "{SHA512-CRYPT}$6$qy7/6AEYsYBtdx9f$i8x3J7uiHNvv6bKRtVpHx9YjmkWtrDgcG/PtYlhNC9KjGzCzdjc3m5ryMJ4ZPQBDTfNWGfAQew4enRs6JD7O61";

    private static readonly PasswdText Reader = new(
        new FileDirectoryOptions { FindUser = name => name == "vmail" ? 5000 : null, FindGroup = name => name == "vmail" ? 5001 : null }, new AddressNormalizer("+", "example.org"));

    [Theory]
    [InlineData($"alice@example.org:{Hash}")]
    [InlineData($"Alice@Example.ORG:{Hash}:::::")]
    [InlineData($"alice@example.org|{Hash}")]
    [InlineData($"alice@example.org|{Hash}|")]
    [InlineData("alice@example.org:")]
    [InlineData("alice@example.org:{PLAIN}a|b")]
    [InlineData("alice@example.org|{PLAIN}a:b")]
    [InlineData($"\n# comment\n    # another\n\nalice@example.org:{Hash}\n\n")]
    [InlineData($"alice@example.org:{Hash}\r\n")]
    public void One_account_is_read(string text) => Assert.Equal("alice@example.org", Assert.Single(Read(text)).Login);

    [Theory]
    [InlineData("alice@example.org", "line 1: has no : or | behind the login")]
    [InlineData("bob@example.org:x\nalice@exam", "line 2: has no : or | behind the login")]
    [InlineData(":x", "line 1: begins with no login")]
    [InlineData("|x", "line 1: begins with no login")]
    [InlineData("a lice:x", "line 1: begins with no login")]
    [InlineData("a\u0001b:x", "line 1: begins with no login")]
    [InlineData("a\0b:x", "line 1: begins with no login")]
    [InlineData("a\uFFFDb:x", "line 1: begins with no login")]
    [InlineData("alice:x::::::userdb_quota_rule=*:storage=much", "line 1: userdb_quota_rule is not *:storage=size")]
    [InlineData("alice|x|userdb_quota_storage_size=1X", "line 1: userdb_quota_storage_size is no size")]
    [InlineData("alice:x::::::allow_nets=everywhere", "line 1: allow_nets is not a list of networks")]
    [InlineData("alice:x::::::allow_nets=192.0.2.0/33", "line 1: allow_nets is not a list of networks")]
    [InlineData("alice:x::::::allowed_senders=", "line 1: allowed_senders is empty")]
    [InlineData("alice:x::::::allowed_senders=@", "line 1: allowed_senders is not a list of addresses")]
    [InlineData("alice:x::::::send_as=bob@", "line 1: send_as is not a list of addresses")]
    [InlineData("alice:x::::::limits=login-hour", "line 1: limits is not name=number,name=number")]
    [InlineData("alice:x::::::limits=login-hour=-1", "line 1: limits is not name=number,name=number")]
    public void Mistake_is_told_by_its_line_and_nothing_counts(string text, string fault)
    {
        Assert.Null(Reader.Read(text, "/etc/users", out var told));
        Assert.Equal(fault, told);
    }

    [Fact]
    public void Login_longer_than_any_is_refused() => Assert.Null(Reader.Read(new string('a', 256) + ":x", "/etc/users", out _));

    [Fact]
    public void More_accounts_than_are_read_are_a_mistake()
    {
        var text = string.Concat(Enumerable.Range(0, FileText.MaxEntries).Select(number => $"u{number}:\n"));
        Assert.Equal(FileText.MaxEntries, Read(text).Count);
        Assert.Null(Reader.Read(text + "one:\n", "/etc/users", out var fault));
        Assert.Equal("line 200001: one entry more than the 200000 that are read", fault);
    }

    /// <summary>Only a line feed ends a line: what looks like an end to Unicode may be part of a password.</summary>
    [Theory]
    [InlineData('\f')]
    [InlineData('\u0085')]
    [InlineData('\u2028')]
    public void What_is_no_line_feed_ends_no_line(char character) => Assert.Single(Read($"alice@example.org:{{PLAIN}}a{character}b\n"));

    /// <summary>A mistake says what is wrong, never what stands there: half a line may be a password.</summary>
    [Fact]
    public void No_mistake_shows_a_password()
    {
        foreach (var text in new[] { "s3cret", "s3cret s3cret:", "alice:s3cret::::::send_as=s3cret@", "alice|s3cret|userdb_quota_rule=*:s3cret" })
        {
            Assert.Null(Reader.Read(text, "/etc/users", out var fault));
            Assert.DoesNotContain("s3cret", fault, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("alice@example.org:x:5000:5001::/home/alice", "5000 5001 /home/alice -")]
    [InlineData("alice@example.org:x:vmail:vmail:Alice:/home/alice:/bin/false:userdb_mail=maildir:~/Maildir", "5000 5001 /home/alice maildir:~/Maildir")]
    [InlineData("alice@example.org:x:nobody:0", "nobody 0 - -")]
    [InlineData("alice@example.org:x", "- - - -")]
    [InlineData("alice@example.org:x::::::userdb_uid=6000 userdb_gid=6001 userdb_home=/srv/%d/%n", "6000 6001 /srv/example.org/alice -")]
    [InlineData("alice@example.org:x:1:2::/a::userdb_uid=6000 userdb_home=/srv/%{user|domain}/%{user|username}", "6000 2 /srv/example.org/alice -")]
    [InlineData("alice@example.org|x|userdb_mail=mbox:~/mail:INBOX=~/inbox", "- - - mbox:~/mail:INBOX=~/inbox")]
    [InlineData("alice@example.org|x|userdb_mail_driver=maildir userdb_mail_path=/var/mail/%u", "- - - maildir:/var/mail/alice@example.org")]
    [InlineData("alice@example.org|x|userdb_mail_path=~/mail", "- - - :~/mail")]
    [InlineData("alice@example.org|x|userdb_home=/home/%h userdb_mail=maildir:%{home}", "- - /home/%h maildir:%{home}")]
    [InlineData("a..b@example.org|x|userdb_home=/home/%n", "- - /home/%n -")]
    public void Place_of_the_mailbox_is_as_Dovecot_would_have_it(string line, string expected)
    {
        var facts = Assert.Single(Read(line)).Mailbox;
        Assert.Equal(expected, string.Join(' ', new[] { facts.Uid, facts.Gid, facts.Home, facts.Mail }.Select(fact => fact ?? "-")));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("userdb_quota_rule=*:storage=1G", 1L << 30)]
    [InlineData("userdb_quota_rule=*:storage=1000", 1000L << 10)]
    [InlineData("userdb_quota_rule=*:bytes=1000", 1000L)]
    [InlineData("userdb_quota_rule=*:bytes=2M:messages=100", 2L << 20)]
    [InlineData("userdb_quota_rule=*:messages=100", null)]
    [InlineData("userdb_quota_rule=*:ignore", 0L)]
    [InlineData("userdb_quota_rule=Trash:storage=1G", null)]
    [InlineData("userdb_quota_storage_size=1G", 1L << 30)]
    [InlineData("userdb_quota_storage_size=unlimited", 0L)]
    [InlineData("userdb_quota_storage_size=1G userdb_quota_storage_grace=10M userdb_quota_rule=*:storage=2G", 1L << 30)]
    public void Quota_is_that_of_either_version_of_Dovecot(string fields, long? octets)
    {
        Assert.Equal(octets, Assert.Single(Read($"alice@example.org|x|{fields}")).QuotaOctets);
        Assert.Equal(octets, Assert.Single(Read($"alice@example.org:x:5000:5000::/home/alice::{fields}")).QuotaOctets);
    }

    [Theory]
    [InlineData("", SendAllowed.Absent)]
    [InlineData("send_allowed=TRUE", SendAllowed.True)]
    [InlineData("send_allowed=no", SendAllowed.False)]
    [InlineData("send_allowed", SendAllowed.Invalid)]
    [InlineData("send_allowed=0", SendAllowed.Invalid)]
    [InlineData("send_allowed=yes send_allowed=yes", SendAllowed.Invalid)]
    public void Right_to_send_is_said_by_an_own_field(string fields, SendAllowed expected) =>
        Assert.Equal(expected, Assert.Single(Read($"alice|x|{fields}")).SendAllowed);

    [Fact]
    public void Own_fields_are_read()
    {
        var entry = Assert.Single(Read("alice:x::::::account_status=disabled addresses=a.liddell@example.org,team@example.org send_as=@partner.example limits=login-hour=5,day=0 unknown=1 proxy"));
        Assert.Equal("disabled", entry.Status);
        Assert.Equal(["a.liddell@example.org", "team@example.org"], entry.Addresses.Select(address => address.Text));
        Assert.Equal(["@partner.example"], entry.SendAs.Select(address => address.Text));
        Assert.Equal(new Dictionary<string, long> { ["login-hour"] = 5, ["day"] = 0 }, entry.Limits);
        Assert.Equal("/etc/users:1", entry.Place);
    }

    [Fact]
    public void Nothing_that_prints_an_entry_prints_its_password() =>
        Assert.Equal("alice in /etc/users:1", Assert.Single(Read("alice:{PLAIN}s3cret")).ToString());

    private static IReadOnlyList<PasswdEntry> Read(string text)
    {
        var entries = Reader.Read(text, "/etc/users", out var fault);
        Assert.True(entries is not null, fault);
        return entries;
    }
}
