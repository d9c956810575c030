using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Checks;

public sealed class IdentityBindingTests
{
    private readonly EngineBench bench = new EngineBench().Only(CheckName.IdentityBinding);

    public IdentityBindingTests()
    {
        bench.Directory
            .Add(Mail.Account("alice", also: ["a.liddell@truenorth.local", "team@truenorth.local"]) with
            {
                SendAs = [Mail.Address("sales@truenorth.local"), Mail.Address("@partner.example")],
            })
            .Add(Mail.Account("bob", also: "team@truenorth.local"))
            .Add(Mail.Account("keeper", also: "@catch.example"))
            .Add(Mail.Account("newsletter") with { Logins = ["newsletter", "news"] })
            .Add(Mail.Account("sales"))
            .AddAlias("wonder@truenorth.local", "alice@truenorth.local")
            .AddAlias("wonderland@truenorth.local", "wonder@truenorth.local")
            .AddAlias("both@truenorth.local", "alice@truenorth.local", "bob@truenorth.local")
            .AddAlias("loop@truenorth.local", "loop@truenorth.local")
            .AddAlias("away@truenorth.local", "someone@example.org")
            .AddExtra("mailman@truenorth.local")
            .AddDomain("catch.example");
        bench.Policy = bench.Policy with { SendAsAnyone = new HashSet<string>(["news"]) };
    }

    /// <summary>Client, envelope sender, state of the directory, decision.</summary>
    public static TheoryData<string, string?, SourceState, string> Table => new()
    {
        // what a login owns
        { "alice", "alice@truenorth.local", SourceState.Up, "dunno" },
        { "Alice", "A.Liddell@TRUENORTH.local", SourceState.Up, "dunno" },
        { "alice", "alice+shop@truenorth.local", SourceState.Up, "dunno" },
        { "alice", "team@truenorth.local", SourceState.Up, "dunno" },
        { "alice", "wonder@truenorth.local", SourceState.Up, "dunno" },
        { "alice", "wonderland+x@truenorth.local", SourceState.Up, "dunno" },
        { "alice", "prvs=0123abcdef=alice@truenorth.local", SourceState.Up, "dunno" },
        { "alice", "alice", SourceState.Up, "dunno" },
        { "keeper", "anything@catch.example", SourceState.Up, "dunno" },

        // what it was granted
        { "alice", "sales@truenorth.local", SourceState.Up, "dunno" },
        { "alice", "sales+x@truenorth.local", SourceState.Up, "dunno" },
        { "alice", "who@partner.example", SourceState.Up, "dunno" },
        { "news", "bob@truenorth.local", SourceState.Up, "dunno" },
        { "newsletter", "who@example.org", SourceState.Up, "dunno" },
        { "newsletter", "", SourceState.Up, "dunno" },

        // what it does not own
        { "alice", "bob@truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "both@truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "nobody@truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "alice@example.org", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "anything@catch.example", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "who@sub.partner.example", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "prvs=0123abcdef=bob@truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "srs0=x=y=example.org=bob@truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "bob", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "bob%truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "loop@truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "away@truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "mailman@truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "alice@truenorth.local@truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "nobody", "alice@truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "sales", "alice@truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_not_owned" },
        { "alice", "alice@", SourceState.Up, "reject 553 5.1.7 sender_malformed" },
        { "alice", "", SourceState.Up, "reject 553 5.7.1 null_sender_from_login" },
        { "alice", null, SourceState.Up, "dunno" },

        // an outage
        { "alice", "alice@truenorth.local", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "alice", "bob@truenorth.local", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "alice", "", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "news", "bob@truenorth.local", SourceState.Down, "dunno" },
        { "newsletter", "bob@truenorth.local", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },

        // no login
        { "outside", "alice@truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_needs_login" },
        { "outside", "ALICE+x@TrueNorth.Local.", SourceState.Up, "reject 553 5.7.1 sender_needs_login" },
        { "outside", "nobody@truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_needs_login" },
        { "outside", "anything@catch.example", SourceState.Up, "reject 553 5.7.1 sender_needs_login" },
        { "outside", "alice", SourceState.Up, "reject 553 5.7.1 sender_needs_login" },
        { "outside", "alice%truenorth.local", SourceState.Up, "reject 553 5.7.1 sender_needs_login" },
        { "outside", "truenorth.local!alice", SourceState.Up, "reject 553 5.7.1 sender_needs_login" },
        { "outside", "alice@true\u00adnorth.local", SourceState.Up, "reject 553 5.1.7 sender_malformed" },
        { "outside", "@truenorth.local", SourceState.Up, "reject 553 5.1.7 sender_malformed" },
        { "outside", "srs0=x=y=example.org=bob@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "prvs=0123abcdef=alice@truenorth.local", SourceState.Up, "dunno" },
        { "outside", "alice@notours.truenorth.local", SourceState.Up, "dunno" },
        { "outside", "who@example.org", SourceState.Up, "dunno" },
        { "outside", "who@example.org", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "outside", "alice@truenorth.local", SourceState.Down, "reject 553 5.7.1 sender_needs_login" },
        { "outside", "", SourceState.Up, "dunno" },
        { "outside", "", SourceState.Down, "dunno" },
        { "trusted", "alice@truenorth.local", SourceState.Up, "dunno" },
        { "trusted", "", SourceState.Down, "dunno" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Table_holds(string client, string? sender, SourceState state, string expected)
    {
        bench.Directory.State = state;
        Assert.Equal(expected, EngineBench.Describe(await bench.DecideAsync(Mail.From(client, sender))));
    }

    [Fact]
    public async Task Mail_of_this_machine_itself_needs_no_login_whatever_client_it_shows()
    {
        var request = Mail.FromOutside("alice@truenorth.local");
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(request with { IsNonSmtp = true })));
        Assert.Equal("reject 553 5.7.1 sender_needs_login", EngineBench.Describe(await bench.DecideAsync(request)));
    }

    [Fact]
    public async Task Null_sender_of_a_login_passes_where_it_is_allowed()
    {
        bench.Policy = bench.Policy with { MayLoginUseNullSender = true };
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("alice", ""))));
    }

    [Fact]
    public async Task Name_behind_a_delimiter_that_is_somebody_else_is_not_owned()
    {
        bench.Policy = bench.Policy with { Normalizer = new("-", Mail.Domain) };
        bench.Directory.Add(Mail.Account("mary") with { SendAs = [Mail.Address("sales@truenorth.local")] })
            .Add(Mail.Account("mary-ann")).Add(Mail.Account("sales-head"));

        Assert.Equal("reject 553 5.7.1 sender_not_owned", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("mary", "mary-ann@truenorth.local"))));
        Assert.Equal("reject 553 5.7.1 sender_not_owned", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("mary", "sales-head@truenorth.local"))));
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("mary", "mary-lou@truenorth.local"))));
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("mary", "sales-x@truenorth.local"))));
    }

    [Fact]
    public async Task Catch_all_gives_no_right_to_an_address_that_the_missing_source_may_have()
    {
        var sql = new TestDirectory("sqlite").Add(Mail.Account("keeper", "sqlite", also: "@catch.example"));
        var ldap = new TestDirectory().Add(Mail.Account("boss", also: "boss@catch.example"));
        ldap.State = SourceState.Down;
        var combined = new EngineBench { Asked = new CombinedDirectory([ldap, sql]) }.Only(CheckName.IdentityBinding);

        Assert.Equal("defer 451 4.3.0 directory_unavailable", EngineBench.Describe(await combined.DecideAsync(Mail.FromLogin("keeper", "boss@catch.example"))));
        Assert.Equal("dunno", EngineBench.Describe(await combined.DecideAsync(Mail.FromLogin("keeper", "keeper@truenorth.local"))));
    }

    [Fact]
    public async Task Login_is_not_refused_for_good_because_the_owner_of_the_sender_cannot_be_asked()
    {
        bench.Directory.Away.Add("address");
        Assert.Equal("defer 451 4.3.0 directory_unavailable", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("alice", "wonder@truenorth.local"))));
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("alice", "a.liddell@truenorth.local"))));
    }

    [Fact]
    public async Task Login_in_a_trusted_network_is_judged_as_a_login()
    {
        var request = Mail.FromLogin("alice", "bob@truenorth.local") with { ClientAddress = System.Net.IPAddress.Loopback };
        Assert.Equal("reject 553 5.7.1 sender_not_owned", EngineBench.Describe(await bench.DecideAsync(request)));
    }

    [Fact]
    public async Task Unknown_client_address_is_in_no_trusted_network() =>
        Assert.Equal(
            "reject 553 5.7.1 sender_needs_login",
            EngineBench.Describe(await bench.DecideAsync(Mail.FromOutside("alice@truenorth.local") with { ClientAddress = null })));

    [Fact]
    public async Task Outsider_gets_the_same_reply_for_every_address_of_ours()
    {
        var replies = new List<string?>();
        foreach (var sender in new[] { "alice@truenorth.local", "nobody@truenorth.local", "mailman@truenorth.local", "both@truenorth.local" })
        {
            replies.Add((await bench.DecideAsync(Mail.FromOutside(sender))).Reply?.Line);
        }

        Assert.Single(replies.Distinct());
    }
}
