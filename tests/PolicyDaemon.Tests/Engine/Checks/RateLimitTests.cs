using System.Net;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Checks;

public sealed class RateLimitTests
{
    /// <summary>One message an hour per login; deferred beyond.</summary>
    private static readonly Limit PerHour = new()
    {
        Name = "limit",
        Key = LimitKey.Login,
        Unit = LimitUnit.Messages,
        Amount = 1,
        Window = TimeSpan.FromHours(1),
        Action = Verdict.Defer,
    };

    private readonly EngineBench bench = new EngineBench().Only(CheckName.RateLimit);
    private int instances;

    public RateLimitTests() => bench.Directory
        .Add(Mail.Account("alice", also: "alice@other.example") with { Logins = ["alice", "al"], Limits = new Dictionary<string, long> { ["own"] = 1 } })
        .Add(Mail.Account("bob"))
        .AddDomain("other.example");

    /// <summary>Client, envelope sender, key of the only limit, state of the directory, what is charged at END-OF-MESSAGE.</summary>
    public static TheoryData<string, string?, LimitKey, SourceState, string> Keys => new()
    {
        { "alice", "alice@truenorth.local", LimitKey.Login, SourceState.Up, "limit/login:alice 1" },
        { "AL", "alice@truenorth.local", LimitKey.Login, SourceState.Up, "limit/login:alice 1" },
        { "nobody", "alice@truenorth.local", LimitKey.Login, SourceState.Up, "limit/login:nobody 1" },
        { "alice", "", LimitKey.Login, SourceState.Up, "limit/login:alice 1" },
        { "alice", "alice@truenorth.local", LimitKey.Login, SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "outside", "alice@truenorth.local", LimitKey.Login, SourceState.Up, "dunno" },
        { "outside", "alice@truenorth.local", LimitKey.Login, SourceState.Down, "dunno" },

        { "alice", "alice@other.example", LimitKey.Domain, SourceState.Up, "limit/domain:other.example 1" },
        { "alice", "who@example.org", LimitKey.Domain, SourceState.Up, "limit/domain:truenorth.local 1" },
        { "alice", "", LimitKey.Domain, SourceState.Up, "limit/domain:truenorth.local 1" },
        { "trusted", "who@TRUENORTH.local", LimitKey.Domain, SourceState.Up, "limit/domain:truenorth.local 1" },
        { "trusted", "who@TRUENORTH.local", LimitKey.Domain, SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "trusted", "who@example.org", LimitKey.Domain, SourceState.Up, "dunno" },
        { "trusted", "who@example.org", LimitKey.Domain, SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "outside", "alice@truenorth.local", LimitKey.Domain, SourceState.Up, "dunno" },
        { "trusted", "", LimitKey.Domain, SourceState.Up, "dunno" },
        { "trusted", "", LimitKey.Everyone, SourceState.Up, "limit/everyone 1" },
        { "trusted", "alice@truenorth.local", LimitKey.Login, SourceState.Up, "dunno" },

        { "alice", "alice@truenorth.local", LimitKey.Client, SourceState.Down, "limit/client:198.51.100.7/32 1" },
        { "outside", "who@example.org", LimitKey.Client, SourceState.Up, "limit/client:198.51.100.7/32 1" },
        { "outside", "", LimitKey.Client, SourceState.Up, "limit/client:198.51.100.7/32 1" },
        { "outside", "who@example.org", LimitKey.Everyone, SourceState.Down, "limit/everyone 1" },
    };

    [Fact]
    public async Task Recipients_that_lead_to_one_account_are_counted_as_that_account_and_not_as_another_while_that_is_unknown()
    {
        Limit(PerHour with { Key = LimitKey.Recipient, Amount = 2 });
        bench.Directory.AddAlias("sales@truenorth.local", "bob@truenorth.local");
        var request = Mail.FromOutside("who@example.org", "bob@truenorth.local");
        await bench.DecideAsync(request with { Instance = "one" });
        await bench.DecideAsync(request with { Recipient = "sales@truenorth.local", Instance = "two" });

        Assert.Equal("450 4.7.1", EngineBench.Describe(await bench.DecideAsync(request with { Instance = "three" })).Split(' ', 2)[1][..9]);
        bench.Directory.State = SourceState.Down;
        Assert.Equal("defer 451 4.3.0 directory_unavailable", EngineBench.Describe(await bench.DecideAsync(request with { Instance = "four" })));
        Assert.Equal(3, bench.Counters.Charged.Count);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Keys_are_canonical(string client, string? sender, LimitKey key, SourceState state, string expected)
    {
        Limit(PerHour with { Key = key });
        bench.Directory.State = state;
        var request = Mail.From(client, sender) with { Stage = SmtpStage.EndOfMessage, Instance = "i" };
        var decision = await bench.DecideAsync(request);

        Assert.Equal(expected, bench.Counters.Charged is [var charged] ? charged["i: ".Length..] : EngineBench.Describe(decision));
    }

    [Theory]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("::ffff:192.0.2.77", "192.0.2.0/24")]
    [InlineData("192.0.2.77", "192.0.2.0/24")]
    [InlineData(null, "unknown")]
    public async Task Clients_are_counted_by_network(string? address, string expected)
    {
        Limit(PerHour with { Key = LimitKey.Client, Ipv4Prefix = 24 });
        await SendAsync(Mail.FromOutside("who@example.org") with { ClientAddress = address is null ? null : IPAddress.Parse(address) });
        Assert.EndsWith($"limit/client:{expected} 1", Assert.Single(bench.Counters.Charged), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LimitUnit.Messages, 5, 1000, 1)]
    [InlineData(LimitUnit.Recipients, 5, 1000, 5)]
    [InlineData(LimitUnit.Recipients, 0, 1000, 1)]
    [InlineData(LimitUnit.Bytes, 5, 1000, 1000)]
    [InlineData(LimitUnit.Bytes, 5, -1000, 0)]
    public async Task Units_are_messages_recipients_or_octets(LimitUnit unit, int recipients, long size, long expected)
    {
        Limit(PerHour with { Unit = unit, Amount = 10_000 });
        await SendAsync(Mail.FromLogin("alice", "alice@truenorth.local") with { RecipientCount = recipients, Size = size });
        Assert.EndsWith($" {expected}", Assert.Single(bench.Counters.Charged), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Verdict.Reject, "reject 554 5.7.1 limit_exceeded")]
    [InlineData(Verdict.Defer, "defer 450 4.7.1 limit_exceeded")]
    [InlineData(Verdict.Hold, "hold limit_exceeded")]
    public async Task Full_counter_is_seen_at_RCPT_and_at_END_OF_MESSAGE(Verdict action, string expected)
    {
        Limit(PerHour with { Action = action });
        var request = Mail.FromLogin("alice", "alice@truenorth.local");
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(request)));
        Assert.Equal("dunno", EngineBench.Describe(await SendAsync(request)));

        Assert.Equal(expected, EngineBench.Describe(await bench.DecideAsync(request)));
        Assert.Equal(expected, EngineBench.Describe(await bench.DecideAsync(request with { Stage = SmtpStage.Data })));
        Assert.Equal(expected, EngineBench.Describe(await SendAsync(request)));
    }

    [Fact]
    public async Task Message_is_charged_once_however_often_it_is_asked_about()
    {
        Limit(PerHour with { Amount = 2 });
        var request = Mail.FromLogin("alice", "alice@truenorth.local") with { Stage = SmtpStage.EndOfMessage };
        for (var i = 0; i < 5; i++) Assert.Equal(Verdict.Dunno, (await bench.DecideAsync(request)).Verdict);
        Assert.Equal(Verdict.Dunno, (await SendAsync(request)).Verdict);
        Assert.Equal(Verdict.Defer, (await SendAsync(request)).Verdict);
    }

    [Fact]
    public async Task Mail_on_hold_uses_up_the_limits_that_refuse()
    {
        Limit(PerHour with { Name = "hour", Action = Verdict.Hold }, PerHour with { Name = "day", Amount = 3, Action = Verdict.Reject });
        var verdicts = new List<Verdict>();
        for (var i = 0; i < 4; i++) verdicts.Add((await SendAsync(Mail.FromLogin("alice", "alice@truenorth.local"))).Verdict);

        Assert.Equal([Verdict.Dunno, Verdict.Hold, Verdict.Hold, Verdict.Reject], verdicts);
    }

    [Fact]
    public async Task All_limits_that_match_are_charged_or_none()
    {
        Limit(PerHour with { Name = "wide", Amount = 9 }, PerHour with { Name = "narrow" });
        await SendAsync(Mail.FromLogin("alice", "alice@truenorth.local"));
        await SendAsync(Mail.FromLogin("alice", "alice@truenorth.local"));
        Assert.Equal(1, (await bench.Counters.PeekAsync([new Charge("wide/login:alice", 10, 9, TimeSpan.FromHours(1))], default)).Used);
    }

    [Fact]
    public async Task Account_may_have_an_amount_of_its_own()
    {
        Limit(PerHour with { Name = "own", Amount = 100 });
        await SendAsync(Mail.FromLogin("alice", "alice@truenorth.local"));
        Assert.Equal(Verdict.Defer, (await SendAsync(Mail.FromLogin("al", "alice@truenorth.local"))).Verdict);
    }

    [Theory]
    [InlineData("bob", LimitKey.Login, 2)]
    [InlineData("alice", LimitKey.Login, 1)]
    [InlineData("bob", LimitKey.Domain, 2)]
    [InlineData("bob", LimitKey.Client, 9)]
    public async Task Amount_of_the_domain_counts_for_it_and_for_its_accounts_that_have_none_of_their_own(string login, LimitKey key, int expected)
    {
        bench.Directory.AddDomain("truenorth.local", limits: new Dictionary<string, long> { ["own"] = 2, ["another"] = 5 });
        Limit(PerHour with { Name = "own", Key = key, Amount = 9 });
        var passed = 0;
        while ((await SendAsync(Mail.FromLogin(login, $"{login}@truenorth.local"))).Verdict == Verdict.Dunno) passed++;

        Assert.Equal(expected, passed);
    }

    [Fact]
    public async Task Domain_that_cannot_be_asked_for_its_amount_defers()
    {
        Limit(PerHour);
        bench.Directory.Add(Mail.Account("olga") with { Addresses = [Mail.Address("olga@other.example")] }).Away.Add("domain");
        Assert.Equal("defer 451 4.3.0 directory_unavailable", EngineBench.Describe(await SendAsync(Mail.FromLogin("olga", "olga@other.example"))));
    }

    [Theory]
    [InlineData("192.0.2.1", "limit/login:alice 1, everyone/everyone 1")]
    [InlineData("::ffff:192.0.2.1", "limit/login:alice 1, everyone/everyone 1")]
    [InlineData("192.0.3.1", "limit/login:alice 1, client/client:192.0.3.1/32 1, everyone/everyone 1")]
    public async Task Address_that_many_share_is_counted_by_no_limit_on_clients_and_by_all_others(string address, string expected)
    {
        Limit(PerHour, PerHour with { Name = "client", Key = LimitKey.Client }, PerHour with { Name = "everyone", Key = LimitKey.Everyone });
        bench.Policy = bench.Policy with { SharedNetworks = [IPNetwork.Parse("192.0.2.0/24")] };
        await SendAsync(Mail.FromLogin("alice", "alice@truenorth.local") with { ClientAddress = IPAddress.Parse(address) });

        Assert.EndsWith($": {expected}", Assert.Single(bench.Counters.Charged), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LimitKey.Login, Verdict.Defer, 3600, "450 4.7.1 Sending limit exceeded, try again in 61 minutes")]
    [InlineData(LimitKey.Login, Verdict.Defer, 3 * 3600, "450 4.7.1 Sending limit exceeded, try again in 4 hours")]
    [InlineData(LimitKey.Login, Verdict.Reject, 86400, "554 5.7.1 Sending limit exceeded, try again in 25 hours")]
    [InlineData(LimitKey.Domain, Verdict.Defer, 60, "450 4.7.1 Sending limit exceeded, try again in 2 minutes")]
    [InlineData(LimitKey.Client, Verdict.Defer, 30, "450 4.7.1 Sending limit exceeded, try again in 1 minute")]
    [InlineData(LimitKey.Client, Verdict.Reject, 7 * 86400, "554 5.7.1 Sending limit exceeded, try again in 8 days")]
    [InlineData(LimitKey.Everyone, Verdict.Defer, 60, "450 4.7.1 Sending limit exceeded, try again later")]
    [InlineData(LimitKey.Everyone, Verdict.Reject, 60, "554 5.7.1 Sending limit exceeded")]
    public async Task Reply_says_when_to_try_again_where_the_clients_own_use_is_counted(LimitKey key, Verdict action, int window, string expected)
    {
        Limit(PerHour with { Key = key, Action = action, Window = TimeSpan.FromSeconds(window) });
        await SendAsync(Mail.FromLogin("bob", "bob@truenorth.local"));
        Assert.Equal(expected, (await SendAsync(Mail.FromLogin("bob", "bob@truenorth.local"))).Reply?.Line);
    }

    [Fact]
    public async Task Message_that_never_fits_is_told_no_time()
    {
        Limit(PerHour with { Unit = LimitUnit.Recipients });
        var decision = await SendAsync(Mail.FromLogin("bob", "bob@truenorth.local") with { RecipientCount = 2 });
        Assert.Equal("450 4.7.1 Sending limit exceeded, try again later", decision.Reply?.Line);
    }

    [Fact]
    public async Task Reply_about_a_recipient_does_not_tell_how_much_others_sent_there()
    {
        Limit(PerHour with { Key = LimitKey.Recipient });
        var request = Mail.FromOutside("who@example.org", "bob@truenorth.local");
        await bench.DecideAsync(request with { Instance = "one" });
        Assert.Equal("450 4.7.1 Sending limit exceeded, try again later", (await bench.DecideAsync(request with { Instance = "two" })).Reply?.Line);
    }

    [Fact]
    public async Task Recipient_is_charged_at_RCPT_by_its_untagged_address_and_once_per_message()
    {
        Limit(PerHour with { Key = LimitKey.Recipient, Amount = 2 });
        var request = Mail.FromOutside("who@example.org", "bob+x@truenorth.local") with { Instance = "one" };
        for (var i = 0; i < 3; i++) await bench.DecideAsync(request);
        await bench.DecideAsync(request with { Recipient = "bob%truenorth.local@localhost", Instance = "two" });

        Assert.Equal("one bob+x@truenorth.local: limit/recipient:bob@truenorth.local 1", bench.Counters.Charged[0]);
        Assert.Equal(Verdict.Defer, (await bench.DecideAsync(request with { Recipient = "BOB@truenorth.local", Instance = "three" })).Verdict);
        Assert.Equal(Verdict.Dunno, (await bench.DecideAsync(request with { Recipient = "alice@truenorth.local", Instance = "four" })).Verdict);
        Assert.Equal(Verdict.Dunno, (await bench.DecideAsync(request with { Stage = SmtpStage.EndOfMessage })).Verdict);
    }

    [Fact]
    public async Task Recipient_is_charged_also_where_the_message_will_be_held()
    {
        Limit(PerHour with { Action = Verdict.Hold }, PerHour with { Name = "recipient", Key = LimitKey.Recipient, Action = Verdict.Reject });
        await SendAsync(Mail.FromLogin("alice", "alice@truenorth.local"));
        var request = Mail.FromLogin("alice", "alice@truenorth.local", "who@example.org");

        Assert.Equal(Verdict.Hold, (await bench.DecideAsync(request with { Instance = "one" })).Verdict);
        Assert.Equal(Verdict.Reject, (await bench.DecideAsync(request with { Instance = "two" })).Verdict);
    }

    [Theory]
    [InlineData("alice", LimitWhen.Unauthenticated, false)]
    [InlineData("alice", LimitWhen.Authenticated, true)]
    [InlineData("outside", LimitWhen.Unauthenticated, true)]
    [InlineData("outside", LimitWhen.Authenticated, false)]
    [InlineData("trusted", LimitWhen.Unauthenticated, true)]
    public async Task Limit_is_about_the_mail_it_names(string client, LimitWhen when, bool expected)
    {
        Limit(PerHour with { Key = LimitKey.Client, When = when });
        await SendAsync(Mail.From(client, "alice@truenorth.local"));
        Assert.Equal(expected, bench.Counters.Charged.Count == 1);
    }

    [Fact]
    public async Task Limit_of_a_policy_context_counts_only_there()
    {
        Limit(PerHour with { PolicyContext = "submission" });
        await SendAsync(Mail.FromLogin("alice", "alice@truenorth.local"));
        Assert.Empty(bench.Counters.Charged);
        await SendAsync(Mail.FromLogin("alice", "alice@truenorth.local") with { PolicyContext = "submission" });
        Assert.Single(bench.Counters.Charged);
    }

    [Fact]
    public async Task Exempt_logins_and_networks_are_not_counted()
    {
        Limit(PerHour with { ExemptLogins = new HashSet<string>(["al"]), ExemptNetworks = [IPNetwork.Parse("192.0.2.0/24")] });
        await SendAsync(Mail.FromLogin("alice", "alice@truenorth.local"));
        await SendAsync(Mail.FromLogin("bob", "bob@truenorth.local") with { ClientAddress = IPAddress.Parse("192.0.2.1") });
        Assert.Empty(bench.Counters.Charged);
        await SendAsync(Mail.FromLogin("bob", "bob@truenorth.local"));
        Assert.Single(bench.Counters.Charged);
    }

    [Fact]
    public async Task Counters_that_do_not_answer_defer()
    {
        Limit(PerHour);
        bench.Counters.IsDown = true;
        Assert.Equal("defer 451 4.3.0 counters_unavailable", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("alice", "alice@truenorth.local"))));
        Assert.Equal("defer 451 4.3.0 counters_unavailable", EngineBench.Describe(await SendAsync(Mail.FromLogin("alice", "alice@truenorth.local"))));
    }

    [Fact]
    public async Task Missing_source_opens_no_second_account_book()
    {
        var ldap = new TestDirectory().Add(Mail.Account("alice"));
        var sql = new TestDirectory("sqlite").Add(Mail.Account("alice@truenorth.local", "sqlite") with { Addresses = [Mail.Address("alice@truenorth.local")] });
        var combined = new EngineBench { Asked = new CombinedDirectory([ldap, sql], "ldap") }.Only(CheckName.RateLimit);
        combined.Policy = combined.Policy with { Limits = [PerHour] };
        ldap.State = SourceState.Down;

        var request = Mail.FromLogin("alice@truenorth.local", "alice@truenorth.local") with { Stage = SmtpStage.EndOfMessage };
        Assert.Equal("defer 451 4.3.0 directory_unavailable", EngineBench.Describe(await combined.DecideAsync(request)));
        Assert.Empty(combined.Counters.Charged);
    }

    [Fact]
    public async Task Explanation_charges_nothing()
    {
        Limit(PerHour with { Key = LimitKey.Recipient }, PerHour with { Name = "message" });
        await bench.Engine.ExplainAsync(Mail.FromLogin("alice", "alice@truenorth.local"), default);
        await bench.Engine.ExplainAsync(Mail.FromLogin("alice", "alice@truenorth.local") with { Stage = SmtpStage.EndOfMessage }, default);
        Assert.Empty(bench.Counters.Charged);
    }

    private void Limit(params Limit[] limits) => bench.Policy = bench.Policy with { Limits = limits };

    /// <summary>A message of its own, at END-OF-MESSAGE.</summary>
    private ValueTask<Decision> SendAsync(MailRequest request) =>
        bench.DecideAsync(request with { Stage = SmtpStage.EndOfMessage, Recipient = "", Instance = $"instance {++instances}" });
}
