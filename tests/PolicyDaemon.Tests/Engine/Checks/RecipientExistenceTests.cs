using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Checks;

public sealed class RecipientExistenceTests
{
    private readonly EngineBench bench = new EngineBench().Only(CheckName.RecipientExistence);

    public RecipientExistenceTests()
    {
        bench.Directory
            .Add(Mail.Account("alice"))
            .Add(Mail.Account("dave", status: "disabled"))
            .Add(Mail.Account("frank", status: "retired"))
            .Add(Mail.Account("zed", isEnabled: false, also: "desk@truenorth.local"))
            .Add(Mail.Account("full", also: ["desk@truenorth.local", "@catch.example"]))
            .Add(Mail.Account("kiosk"))
            .Add(Mail.Account("foreign", also: "bob@gmail.example"))
            .Restrict("kiosk@truenorth.local", "alice@truenorth.local", "@partner.example")
            .AddAlias("staff@truenorth.local", "alice@truenorth.local", "full@truenorth.local")
            .Restrict("staff@truenorth.local", "@truenorth.local")
            .AddAlias("a@truenorth.local", "alice@truenorth.local")
            .AddAlias("z@truenorth.local", "zed@truenorth.local")
            .AddAlias("dead@truenorth.local", "nobody@truenorth.local")
            .AddAlias("away@truenorth.local", "who@example.org")
            .AddAlias("forwarded@truenorth.local", "full@truenorth.local", "who@example.org")
            .AddAlias("half@truenorth.local", "zed@truenorth.local", "who@example.org")
            .AddAlias("loop@truenorth.local", "ring@truenorth.local")
            .AddAlias("ring@truenorth.local", "loop@truenorth.local")
            .AddExtra("mailman@truenorth.local")
            .AddDomain("catch.example")
            .AddDomain("off.example", isEnabled: false);
        bench.Quota.Fill("full@truenorth.local");
    }

    /// <summary>Client, envelope sender, recipient, state of the directory, decision.</summary>
    public static TheoryData<string, string?, string, SourceState, string> Table => new()
    {
        // Found
        { "outside", "who@example.org", "alice@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "Alice+shop@TRUENORTH.local.", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "alice", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "a@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "away@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "mailman@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "prvs=0123abcdef=alice@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "", "alice@truenorth.local", SourceState.Up, "dunno" },

        // NotFound
        { "outside", "who@example.org", "nobody@truenorth.local", SourceState.Up, "reject 550 5.1.1 recipient_unknown" },
        { "outside", "", "nobody@truenorth.local", SourceState.Up, "reject 550 5.1.1 recipient_unknown" },
        { "alice", "alice@truenorth.local", "nobody@truenorth.local", SourceState.Up, "reject 550 5.1.1 recipient_unknown" },
        { "outside", "who@example.org", "dead@truenorth.local", SourceState.Up, "reject 550 5.1.1 recipient_unknown" },
        { "outside", "who@example.org", "loop@truenorth.local", SourceState.Up, "reject 550 5.1.1 recipient_unknown" },
        { "outside", "who@example.org", "prvs=0123abcdef=nobody@truenorth.local", SourceState.Up, "reject 550 5.1.1 recipient_unknown" },

        // Unavailable
        { "outside", "who@example.org", "alice@truenorth.local", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "outside", "who@example.org", "nobody@truenorth.local", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "outside", "", "alice@truenorth.local", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "outside", "who@example.org", "x@catch.example", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },

        // not ours
        { "outside", "who@example.org", "bob@gmail.example", SourceState.Up, "dunno" },
        { "alice", "alice@truenorth.local", "who@example.org", SourceState.Up, "dunno" },

        // ours by way of a name of Postfix's own
        { "outside", "who@example.org", "nobody%truenorth.local@mx.example", SourceState.Up, "reject 550 5.1.1 recipient_unknown" },
        { "outside", "who@example.org", "truenorth.local!nobody@localhost", SourceState.Up, "reject 550 5.1.1 recipient_unknown" },
        { "outside", "who@example.org", "nobody@truenorth.local@[192.0.2.1]", SourceState.Up, "reject 550 5.1.1 recipient_unknown" },
        { "outside", "who@example.org", "alice%truenorth.local@mx.example", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "a%b%c%d%e%f@mx.example", SourceState.Up, "reject 550 5.1.3 recipient_malformed" },

        // never refused
        { "outside", "who@example.org", "postmaster@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "Postmaster+x@truenorth.local", SourceState.Down, "dunno" },
        { "outside", "who@example.org", "postmaster@off.example", SourceState.Up, "dunno" },
        { "outside", "", "srs0=h=t=example.org=who@truenorth.local", SourceState.Up, "dunno" },

        // may it receive: a status that only forbids sending shows to nobody
        { "outside", "who@example.org", "dave@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "frank@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "zed@truenorth.local", SourceState.Up, "reject 550 5.2.1 account_disabled" },
        { "outside", "who@example.org", "z@truenorth.local", SourceState.Up, "reject 550 5.2.1 account_disabled" },
        { "outside", "who@example.org", "desk@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "half@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "alice@off.example", SourceState.Up, "reject 550 5.2.1 domain_disabled" },

        // full: one mailbox, not a list with a full one in it
        { "outside", "who@example.org", "full@truenorth.local", SourceState.Up, "defer 452 4.2.2 recipient_over_quota" },
        { "outside", "who@example.org", "forwarded@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "anything@catch.example", SourceState.Up, "defer 452 4.2.2 recipient_over_quota" },
        { "alice", "alice@truenorth.local", "staff@truenorth.local", SourceState.Up, "dunno" },

        // who may write
        { "alice", "alice@truenorth.local", "kiosk@truenorth.local", SourceState.Up, "dunno" },
        { "alice", "alice+x@truenorth.local", "kiosk@truenorth.local", SourceState.Up, "dunno" },
        { "trusted", "alice@truenorth.local", "kiosk+tag@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@partner.example", "kiosk@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "", "kiosk@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "kiosk@truenorth.local", SourceState.Up, "reject 550 5.7.1 recipient_not_open_to_sender" },
        { "bob", "bob@truenorth.local", "kiosk@truenorth.local", SourceState.Up, "reject 550 5.7.1 recipient_not_open_to_sender" },
        { "outside", "alice@truenorth.local", "kiosk@truenorth.local", SourceState.Up, "reject 550 5.7.1 recipient_not_open_to_sender" },
        { "outside", "who@example.org", "kiosk%truenorth.local@mx.example", SourceState.Up, "reject 550 5.7.1 recipient_not_open_to_sender" },
        { "alice", "alice@truenorth.local", "staff+x@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "staff@truenorth.local", SourceState.Up, "reject 550 5.7.1 recipient_not_open_to_sender" },
        { "outside", "", "staff@truenorth.local", SourceState.Up, "reject 550 5.7.1 recipient_not_open_to_sender" },
        { "outside", "srs0=h=t=x=y@truenorth.local", "staff@truenorth.local", SourceState.Up, "reject 550 5.7.1 recipient_not_open_to_sender" },
        { "outside", "prvs=0123abcdef=x@truenorth.local", "staff@truenorth.local", SourceState.Up, "reject 550 5.7.1 recipient_not_open_to_sender" },

        // nothing to judge
        { "alice", "alice@truenorth.local", "", SourceState.Up, "dunno" },
        { "outside", "who@example.org", "who@bad..domain", SourceState.Up, "dunno" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Table_holds(string client, string? sender, string recipient, SourceState state, string expected)
    {
        bench.Directory.State = state;
        Assert.Equal(expected, EngineBench.Describe(await bench.DecideAsync(Mail.From(client, sender, recipient))));
    }

    /// <summary>Envelope sender, recipient, decision. Who logged in is not known any more, and how full the mailbox is, the mail store says.</summary>
    public static TheoryData<string, string, string> Deliveries => new()
    {
        { "who@example.org", "alice@truenorth.local", "dunno" },
        { "who@example.org", "full@truenorth.local", "dunno" },
        { "who@example.org", "who@elsewhere.example", "dunno" },
        { "", "nobody@truenorth.local", "reject 550 5.1.1 recipient_unknown" },
        { "who@example.org", "zed@truenorth.local", "reject 550 5.2.1 account_disabled" },
        { "alice@truenorth.local", "kiosk@truenorth.local", "dunno" },
        { "alice@truenorth.local", "staff@truenorth.local", "dunno" },
        { "who@example.org", "kiosk@truenorth.local", "reject 550 5.7.1 recipient_not_open_to_sender" },
        { "", "staff@truenorth.local", "reject 550 5.7.1 recipient_not_open_to_sender" },
    };

    [Theory]
    [MemberData(nameof(Deliveries))]
    public async Task Delivery_asks_again(string sender, string recipient, string expected) =>
        Assert.Equal(expected, EngineBench.Describe(await bench.DecideAsync(Mail.FromOutside(sender, recipient) with { Stage = SmtpStage.Delivery })));

    [Fact]
    public async Task Delivery_waits_while_no_directory_answers()
    {
        bench.Directory.State = SourceState.Down;
        Assert.Equal("defer 451 4.3.0 directory_unavailable", EngineBench.Describe(await bench.DecideAsync(Mail.FromOutside("x@example.org", "alice@truenorth.local") with { Stage = SmtpStage.Delivery })));
    }

    [Fact]
    public async Task Delivery_asks_nothing_about_the_sender()
    {
        EngineBench whole = new() { Directory = bench.Directory };
        Assert.Equal(Verdict.Dunno, (await whole.DecideAsync(Mail.FromOutside("zed@truenorth.local", "alice@truenorth.local") with { Stage = SmtpStage.Delivery })).Verdict);
        Assert.NotEqual(Verdict.Dunno, (await whole.DecideAsync(Mail.FromOutside("zed@truenorth.local", "alice@truenorth.local"))).Verdict);
    }

    [Theory]
    [InlineData(SmtpStage.Mail)]
    [InlineData(SmtpStage.Data)]
    [InlineData(SmtpStage.EndOfMessage)]
    [InlineData(SmtpStage.Other)]
    public async Task Only_RCPT_asks(SmtpStage stage) =>
        Assert.Equal(Verdict.Dunno, (await bench.DecideAsync(Mail.FromOutside("x@example.org", "nobody@truenorth.local") with { Stage = stage })).Verdict);

    [Fact]
    public async Task Quota_that_cannot_be_asked_defers()
    {
        bench.Quota.IsDown = true;
        Assert.Equal(
            "defer 451 4.3.0 quota_unavailable",
            EngineBench.Describe(await bench.DecideAsync(Mail.FromOutside("who@example.org", "alice@truenorth.local"))));
    }

    [Theory]
    [InlineData("alice@truenorth.local", WhenUnavailable.Defer, "defer 451 4.3.0 directory_unavailable")]
    [InlineData("zed@truenorth.local", WhenUnavailable.Defer, "defer 451 4.3.0 directory_unavailable")]
    [InlineData("nobody@truenorth.local", WhenUnavailable.Defer, "defer 451 4.3.0 directory_unavailable")]
    [InlineData("alice@truenorth.local", WhenUnavailable.Permit, "dunno")]
    [InlineData("nobody@truenorth.local", WhenUnavailable.Permit, "dunno")]
    [InlineData("zed@truenorth.local", WhenUnavailable.Permit, "defer 451 4.3.0 directory_unavailable")]
    public async Task Missing_source_neither_refuses_for_good_nor_lets_pass_what_the_other_forbids(string recipient, WhenUnavailable then, string expected)
    {
        bench.Directory.State = SourceState.Up;
        var combined = new EngineBench { Asked = new CombinedDirectory([bench.Directory, new TestDirectory("sqlite") { State = SourceState.Down }]) }
            .Only(CheckName.RecipientExistence);
        combined.Policy = combined.Policy.With(CheckName.RecipientExistence, new CheckSettings(CheckMode.Enforce, then));

        Assert.Equal(expected, EngineBench.Describe(await combined.DecideAsync(Mail.FromOutside("who@example.org", recipient))));
    }

    [Fact]
    public async Task Sender_of_a_restricted_address_is_not_refused_for_good_because_domains_cannot_be_asked()
    {
        bench.Directory.Away.Add("domain");
        bench.Policy = bench.Policy.With(CheckName.RecipientExistence, new CheckSettings(CheckMode.Enforce, WhenUnavailable.Permit));

        Assert.Equal(
            "defer 451 4.3.0 directory_unavailable",
            EngineBench.Describe(await bench.DecideAsync(Mail.FromOutside("who@partner.example", "kiosk@truenorth.local"))));
    }

    [Fact]
    public async Task Long_list_exists_and_is_not_read_to_its_end()
    {
        bench.Directory.AddAlias("all@truenorth.local", [.. Enumerable.Range(0, 500).Select(i => $"nobody{i}@truenorth.local")]);
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(Mail.FromOutside("who@example.org", "all@truenorth.local"))));
        Assert.InRange(bench.Directory.Questions.Count, 1, 4 * AddressBook.MaxAddresses);
    }
}
