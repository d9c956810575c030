using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Authentication;

public sealed class DirectoryUserdbTests
{
    private static readonly MailboxRules Rules = new() { Uid = 5000, Gid = 5001, Home = Template("/var/vmail/{domain}/{local}") };

    private readonly ManualClock clock = new();
    private readonly TestDirectory directory = new();

    [Fact]
    public async Task Mailbox_is_what_the_rules_make_of_the_account()
    {
        directory.Add(Mail.Account("alice", also: "a.liddell@truenorth.local"));
        var mailbox = await FindOneAsync("alice", Rules with { Mail = Template("maildir:~/Mail/{user}"), QuotaOctets = 10 << 20 });
        Assert.Equal(
            new Mailbox
            {
                User = "alice@truenorth.local",
                Address = new EmailAddress("alice", "truenorth.local"),
                Uid = 5000,
                Gid = 5001,
                Home = "/var/vmail/truenorth.local/alice",
                Mail = "maildir:~/Mail/alice@truenorth.local",
                QuotaOctets = 10 << 20,
            },
            mailbox);
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("ALICE")]
    [InlineData("alice@truenorth.local")]
    [InlineData("A.Liddell@TrueNorth.local.")]
    public async Task Login_and_every_own_address_lead_to_one_mailbox(string name)
    {
        directory.Add(Mail.Account("alice", also: "a.liddell@truenorth.local"));
        Assert.Equal("alice@truenorth.local", (await FindOneAsync(name)).User);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("nobody@truenorth.local")]
    [InlineData("sales@truenorth.local")]
    [InlineData("aliases@truenorth.local")]
    [InlineData("a\nb")]
    [InlineData("")]
    public async Task Who_is_nobody_an_alias_or_no_name_has_no_mailbox(string name)
    {
        directory.Add(Mail.Account("alice")).AddAlias("sales@truenorth.local", "alice@truenorth.local").AddExtra("aliases@truenorth.local");
        Assert.True((await FindAsync(name)).IsNotFound);
    }

    /// <summary>NotFound would refuse the mail for good.</summary>
    [Theory]
    [InlineData("login")]
    [InlineData("address")]
    public async Task Outage_never_says_that_there_is_no_mailbox(string question)
    {
        directory.Away.Add(question);
        var answer = await FindAsync("alice@truenorth.local");
        Assert.True(answer.IsUnavailable);
        Assert.Equal("ldap is down", answer.Cause);
    }

    [Theory]
    [InlineData(SourceState.Hung)]
    [InlineData(SourceState.Deaf)]
    public async Task Source_that_does_not_answer_is_an_outage(SourceState state)
    {
        directory.State = state;
        var asking = FindAsync("alice").AsTask();
        clock.Advance(Mail.Policy.Deadline);
        Assert.Equal("no answer within 3 s", (await asking.WaitAsync(TimeSpan.FromSeconds(10))).Cause);
    }

    [Fact]
    public async Task Address_of_several_accounts_is_nobodys_mailbox_and_its_mail_waits()
    {
        directory.Add(Mail.Account("alice", also: "team@truenorth.local")).Add(Mail.Account("bob", also: "team@truenorth.local"));
        var answer = await FindAsync("team@truenorth.local");
        Assert.True(answer.IsUnavailable);
        Assert.Equal("team@truenorth.local is shared by 2 accounts: no one of their mailboxes is meant", answer.Cause);
    }

    /// <summary>Rights are for others to judge: what was accepted is delivered.</summary>
    [Fact]
    public async Task Account_without_any_right_still_has_its_mailbox()
    {
        directory.Add(Mail.Account("alice", isEnabled: false));
        Assert.True((await FindAsync("alice")).IsFound);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("ldap", true)]
    [InlineData("postgres", false)]
    public async Task Account_that_the_source_of_mailboxes_does_not_know_has_none(string? source, bool hasMailbox)
    {
        directory.Add(Mail.Account("alice"));
        Assert.Equal(hasMailbox, (await FindAsync("alice", Rules with { Source = source })).IsFound);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, 5L, 5L)]
    [InlineData(7L, 5L, 7L)]
    [InlineData(0L, 5L, 0L)]
    public async Task Quota_of_the_directory_counts_before_that_of_the_rules(long? own, long? common, long? expected)
    {
        directory.Add(Mail.Account("alice") with { QuotaOctets = own });
        Assert.Equal(expected, (await FindOneAsync("alice", Rules with { QuotaOctets = common })).QuotaOctets);
    }

    [Fact]
    public async Task What_the_directory_says_of_the_mailbox_counts_before_the_rules_and_each_for_itself()
    {
        directory.Add(Mail.Account("alice") with { Mailbox = new MailboxFacts("6000", "6001", "/home/alice", "mdbox:~/mdbox") });
        directory.Add(Mail.Account("bob") with { Mailbox = new MailboxFacts(Home: "/home/bob") });
        var (alice, bob) = (await FindOneAsync("alice"), await FindOneAsync("bob"));
        Assert.Equal((6000u, 6001u, "/home/alice", "mdbox:~/mdbox"), (alice.Uid, alice.Gid, alice.Home, alice.Mail));
        Assert.Equal((5000u, 5001u, "/home/bob", null), (bob.Uid, bob.Gid, bob.Home, bob.Mail));
    }

    /// <summary>To go on with the rules would be to look for the mailbox somewhere else.</summary>
    [Theory]
    [InlineData("0", null, null, null, "has the uid 0, a number of the system: expected at least 500")]
    [InlineData("499", null, null, null, "has the uid 499, a number of the system: expected at least 500")]
    [InlineData(null, "42", null, null, "has the gid 42, a number of the system: expected at least 1000")]
    [InlineData("4294967295", null, null, null, "has a uid that is no number: 4294967295")]
    [InlineData("-1", null, null, null, "has a uid that is no number: -1")]
    [InlineData("5000, 5001", null, null, null, "has a uid that is no number: 5000, 5001")]
    [InlineData(null, null, "", null, "has a home that is no usable path: ")]
    [InlineData(null, null, "home/alice", null, "has a home that is no usable path: home/alice")]
    [InlineData(null, null, "/home/../root", null, "has a home that is no usable path: /home/../root")]
    [InlineData(null, null, "/home/%u", null, "has a home that is no usable path: /home/%u")]
    [InlineData(null, null, null, "maildir:~/a:INDEX=/b", "has a place for mail that is no format and usable path: maildir:~/a:INDEX=/b")]
    [InlineData(null, null, null, "maildir:/var/../root", "has a place for mail that is no format and usable path: maildir:/var/../root")]
    public async Task What_the_directory_may_not_say_of_a_mailbox_cannot_be_told(string? uid, string? gid, string? home, string? mail, string cause)
    {
        directory.Add(Mail.Account("alice") with { Mailbox = new MailboxFacts(uid, gid, home, mail) });
        var answer = await FindAsync("alice", Rules with { MinimumGid = 1000 });
        Assert.True(answer.IsUnavailable);
        Assert.Equal("alice@truenorth.local " + cause, answer.Cause);
    }

    [Theory]
    [InlineData("../root")]
    [InlineData("..")]
    [InlineData("a:b")]
    public async Task Name_that_would_lead_elsewhere_has_a_mailbox_that_cannot_be_told(string localpart)
    {
        var account = Mail.Account("alice") with { Addresses = [new EmailAddress(localpart, "truenorth.local")] };
        directory.Add(account);
        var answer = await FindAsync("alice");
        Assert.True(answer.IsUnavailable);
        Assert.Equal($"{localpart}@truenorth.local has characters that may not be part of a path", answer.Cause);
    }

    [Fact]
    public async Task Catch_all_is_nobodys_main_address()
    {
        directory.Add(Mail.Account("alice") with { Addresses = [Mail.Address("@truenorth.local"), Mail.Address("alice@truenorth.local")] });
        directory.Add(Mail.Account("bob") with { Addresses = [Mail.Address("@truenorth.local")] });
        Assert.Equal("/var/vmail/truenorth.local/alice", (await FindOneAsync("alice")).Home);
        Assert.Equal("bob has no address", (await FindAsync("bob")).Cause);
    }

    [Fact]
    public async Task List_has_the_users_of_all_sources_each_once()
    {
        var users = await ListAsync(Rules, new TestAccountList("ldap", Mail.Account("alice"), Mail.Account("bob")), new TestAccountList("sqlite", Mail.Account("bob"), Mail.Account("carol")));
        Assert.Equal(["alice@truenorth.local", "bob@truenorth.local", "carol@truenorth.local"], users);
    }

    [Fact]
    public async Task List_has_those_of_the_source_of_mailboxes_only()
    {
        var users = await ListAsync(Rules with { Source = "sqlite" }, new TestAccountList("ldap", Mail.Account("alice")), new TestAccountList("sqlite", Mail.Account("carol")));
        Assert.Equal(["carol@truenorth.local"], users);
    }

    [Fact]
    public async Task List_that_breaks_off_ends_in_an_outage()
    {
        var users = await ListAsync(Rules, new TestAccountList("ldap", Mail.Account("alice")) { BreaksOff = true }, new TestAccountList("sqlite", Mail.Account("carol")));
        Assert.Equal(["alice@truenorth.local", "unavailable: ldap is down"], users);
    }

    [Fact]
    public async Task Without_a_source_that_can_list_there_is_no_empty_list() =>
        Assert.Equal(["unavailable: no source can say who is in it"], await ListAsync(Rules));

    private ValueTask<Lookup<Mailbox>> FindAsync(string name, MailboxRules? rules = null) =>
        new DirectoryUserdb(rules ?? Rules, Mail.Policy, directory, [], clock).FindAsync(name, CancellationToken.None);

    private async Task<Mailbox> FindOneAsync(string name, MailboxRules? rules = null)
    {
        var answer = await FindAsync(name, rules);
        Assert.True(answer.IsFound, $"{answer.Answer} {answer.Cause}");
        return answer.Value;
    }

    private async Task<IReadOnlyList<string>> ListAsync(MailboxRules rules, params IReadOnlyList<IAccountList> lists)
    {
        var users = new List<string>();
        await foreach (var user in new DirectoryUserdb(rules, Mail.Policy, directory, lists, clock).ListAsync(CancellationToken.None))
        {
            users.Add(user.IsFound ? user.Value : $"unavailable: {user.Cause}");
        }

        return users;
    }

    private static MailboxTemplate Template(string text)
    {
        Assert.True(MailboxTemplate.TryParse(text, out var template));
        return template;
    }
}
