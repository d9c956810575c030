using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Checks;

public sealed class SenderAuthorizationTests
{
    private readonly EngineBench bench = new EngineBench().Only(CheckName.SenderAuthorization);

    public SenderAuthorizationTests() => bench.Directory
        .Add(Mail.Account("alice", also: ["desk@truenorth.local", "alice@off.example", "a.home@gmail.example"]))
        .Add(Mail.Account("mary"))
        .Add(Mail.Account("carol", send: SendAllowed.False, also: ["desk@truenorth.local", "twins@truenorth.local", "@catch.example", "carol@gmail.example"]))
        .Add(Mail.Account("dave", status: "Disabled", also: "twins@truenorth.local"))
        .Add(Mail.Account("erin", status: "offboarded"))
        .Add(Mail.Account("frank", status: "retired"))
        .Add(Mail.Account("gina", send: SendAllowed.Invalid))
        .Add(Mail.Account("zed", isEnabled: false))
        .AddAlias("c@truenorth.local", "carol@truenorth.local")
        .AddAlias("list@truenorth.local", "carol@truenorth.local", "dave@truenorth.local")
        .AddDomain("catch.example")
        .AddDomain("off.example", isEnabled: false);

    /// <summary>Client, envelope sender, state of the directory, decision.</summary>
    public static TheoryData<string, string?, SourceState, string> Table => new()
    {
        // the login
        { "alice", "alice@truenorth.local", SourceState.Up, "dunno" },
        { "ALICE", "alice@truenorth.local", SourceState.Up, "dunno" },
        { "carol", "carol@truenorth.local", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "carol", "alice@truenorth.local", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "dave", "dave@truenorth.local", SourceState.Up, "reject 554 5.7.1 account_status" },
        { "erin", "erin@truenorth.local", SourceState.Up, "reject 554 5.7.1 account_status" },
        { "frank", "frank@truenorth.local", SourceState.Up, "reject 554 5.7.1 account_status_unknown" },
        { "gina", "gina@truenorth.local", SourceState.Up, "reject 554 5.7.1 send_allowed_invalid" },
        { "zed", "zed@truenorth.local", SourceState.Up, "reject 554 5.7.1 account_disabled" },
        { "nobody", "alice@truenorth.local", SourceState.Up, "reject 554 5.7.1 account_unknown" },
        { "al\0ice", "alice@truenorth.local", SourceState.Up, "reject 554 5.7.1 account_unknown" },
        { "alice", "alice@truenorth.local", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "carol", "carol@truenorth.local", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },

        // the null sender: only the login counts
        { "alice", "", SourceState.Up, "dunno" },
        { "carol", "", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "alice", "", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "trusted", "", SourceState.Up, "dunno" },
        { "trusted", "", SourceState.Down, "dunno" },

        // the owner of the sender
        { "alice", "carol@truenorth.local", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "alice", "carol+x@truenorth.local", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "alice", "c@truenorth.local", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "alice", "anything@catch.example", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "alice", "prvs=0123abcdef=carol@truenorth.local", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "alice", "desk@truenorth.local", SourceState.Up, "dunno" },
        { "mary", "desk@truenorth.local", SourceState.Up, "dunno" },
        { "mary", "twins@truenorth.local", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "alice", "list@truenorth.local", SourceState.Up, "dunno" },
        { "alice", "nobody@truenorth.local", SourceState.Up, "dunno" },
        { "alice", "alice@off.example", SourceState.Up, "reject 554 5.7.1 domain_disabled" },

        // a trusted network: the owner alone
        { "trusted", "alice@truenorth.local", SourceState.Up, "dunno" },
        { "trusted", "CAROL@truenorth.local.", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "trusted", "dave@truenorth.local", SourceState.Up, "reject 554 5.7.1 account_status" },
        { "trusted", "carol", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "trusted", "carol%truenorth.local", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "trusted", "truenorth.local!carol", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "trusted", "carol@gmail.example", SourceState.Up, "reject 554 5.7.1 sending_disabled" },
        { "trusted", "someone@example.org", SourceState.Up, "dunno" },
        { "trusted", "carol@", SourceState.Up, "reject 553 5.1.7 sender_malformed" },
        { "trusted", "alice@truenorth.local", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },

        // outside: only our own addresses, and nothing that IdentityBinding lets in
        { "outside", "someone@example.org", SourceState.Up, "dunno" },
        { "outside", "carol@gmail.example", SourceState.Up, "dunno" },
        { "outside", "prvs=0123abcdef=carol@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "srs0=x@catch.example", SourceState.Up, "dunno" },
        { "outside", "carol@", SourceState.Up, "dunno" },
        { "outside", "", SourceState.Up, "dunno" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Table_holds(string client, string? sender, SourceState state, string expected)
    {
        bench.Directory.State = state;
        Assert.Equal(expected, EngineBench.Describe(await bench.DecideAsync(Mail.From(client, sender))));
    }

    [Theory]
    [InlineData(SmtpStage.Mail, "reject 554 5.7.1 sending_disabled")]
    [InlineData(SmtpStage.Data, "reject 554 5.7.1 sending_disabled")]
    [InlineData(SmtpStage.EndOfMessage, "reject 554 5.7.1 sending_disabled")]
    [InlineData(SmtpStage.Connect, "dunno")]
    [InlineData(SmtpStage.Helo, "dunno")]
    [InlineData(SmtpStage.Other, "dunno")]
    public async Task Every_stage_of_sending_asks(SmtpStage stage, string expected) =>
        Assert.Equal(expected, EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("carol", "carol@truenorth.local", "", stage))));

    [Fact]
    public async Task Name_behind_a_delimiter_that_is_somebody_is_judged_as_that_person()
    {
        bench.Policy = bench.Policy with { Normalizer = new("-", Mail.Domain) };
        bench.Directory.Add(Mail.Account("mary-ann", send: SendAllowed.False));

        Assert.Equal("reject 554 5.7.1 sending_disabled", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("mary", "mary-ann@truenorth.local"))));
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("mary", "mary-lou@truenorth.local"))));
    }

    [Theory]
    [InlineData("carol", "reject 554 5.7.1 account_disabled")]
    [InlineData("alice", "defer 451 4.3.0 directory_unavailable")]
    public async Task What_a_source_forbids_stands_while_the_other_is_away(string login, string expected)
    {
        var sql = new TestDirectory("sqlite").Add(Mail.Account("carol", "sqlite", isEnabled: false)).Add(Mail.Account("alice", "sqlite"));
        var down = new TestDirectory { State = SourceState.Down };
        var combined = new EngineBench { Asked = new CombinedDirectory([down, sql], "ldap") }.Only(CheckName.SenderAuthorization);

        Assert.Equal(expected, EngineBench.Describe(await combined.DecideAsync(Mail.FromLogin(login, $"{login}@truenorth.local"))));
    }

    [Theory]
    [InlineData("carol@truenorth.local")]
    [InlineData("carol+tag@truenorth.local")]
    [InlineData("c@truenorth.local")]
    public async Task Owner_who_may_not_send_is_deferred_while_a_source_is_away_even_where_permit_is_configured(string sender)
    {
        var sql = new TestDirectory("sqlite").Add(Mail.Account("carol", "sqlite", isEnabled: false)).AddAlias("c@truenorth.local", "carol@truenorth.local");
        var combined = new EngineBench { Asked = new CombinedDirectory([new TestDirectory { State = SourceState.Down }, sql]) }.Only(CheckName.SenderAuthorization);
        combined.Policy = combined.Policy.With(CheckName.SenderAuthorization, new CheckSettings(CheckMode.Enforce, WhenUnavailable.Permit));

        Assert.Equal("defer 451 4.3.0 directory_unavailable", EngineBench.Describe(await combined.DecideAsync(Mail.FromTrusted(sender))));
        Assert.Equal("dunno", EngineBench.Describe(await combined.DecideAsync(Mail.FromTrusted("alice@truenorth.local"))));
    }
}
