using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Checks;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Checks;

public sealed class SendingBlockTests
{
    private readonly EngineBench bench = new EngineBench().Only(CheckName.SendingBlock);

    public SendingBlockTests() => bench.Directory
        .Add(Mail.Account("alice", also: "a.liddell@other.example") with { Logins = ["alice", "al"] })
        .Add(Mail.Account("bob"))
        .AddAlias("b@truenorth.local", "bob@truenorth.local")
        .AddDomain("other.example");

    /// <summary>Client, envelope sender, scope and key of the only block, state of the directory, decision.</summary>
    public static TheoryData<string, string?, BlockScope, string, SourceState, string> Table => new()
    {
        // a login, whatever its spelling
        { "alice", "alice@truenorth.local", BlockScope.Login, "alice", SourceState.Up, "reject 554 5.7.1 blocked_login" },
        { "ALICE", "alice@truenorth.local", BlockScope.Login, "alice", SourceState.Up, "reject 554 5.7.1 blocked_login" },
        { "al", "alice@truenorth.local", BlockScope.Login, "alice", SourceState.Up, "reject 554 5.7.1 blocked_login" },
        { "alice", "alice@truenorth.local", BlockScope.Login, "al", SourceState.Up, "reject 554 5.7.1 blocked_login" },
        { "alice", "alice@truenorth.local", BlockScope.Login, "alice@truenorth.local", SourceState.Up, "reject 554 5.7.1 blocked_login" },
        { "alice", "", BlockScope.Login, "alice", SourceState.Up, "reject 554 5.7.1 blocked_login" },
        { "bob", "bob@truenorth.local", BlockScope.Login, "alice", SourceState.Up, "dunno" },

        // a domain: the sender's, the account's, the login's
        { "alice", "a.liddell@other.example", BlockScope.Domain, "other.example", SourceState.Up, "reject 554 5.7.1 blocked_domain" },
        { "alice", "a.liddell@other.example", BlockScope.Domain, "truenorth.local", SourceState.Up, "reject 554 5.7.1 blocked_domain" },
        { "who@other.example", "who@example.org", BlockScope.Domain, "other.example", SourceState.Up, "reject 554 5.7.1 blocked_domain" },
        { "alice", "", BlockScope.Domain, "truenorth.local", SourceState.Up, "reject 554 5.7.1 blocked_domain" },
        { "alice", "alice@truenorth.local", BlockScope.Domain, "other.example", SourceState.Up, "dunno" },

        // everyone
        { "alice", "alice@truenorth.local", BlockScope.Everyone, "", SourceState.Up, "reject 554 5.7.1 blocked_everyone" },
        { "nobody", "alice@truenorth.local", BlockScope.Everyone, "", SourceState.Up, "reject 554 5.7.1 blocked_everyone" },

        // the owner of an address in a trusted network
        { "trusted", "alice@truenorth.local", BlockScope.Login, "alice", SourceState.Up, "reject 554 5.7.1 blocked_login" },
        { "trusted", "b@truenorth.local", BlockScope.Login, "bob", SourceState.Up, "reject 554 5.7.1 blocked_login" },
        { "trusted", "prvs=0123abcdef=bob@truenorth.local", BlockScope.Login, "bob", SourceState.Up, "reject 554 5.7.1 blocked_login" },
        { "trusted", "nobody@truenorth.local", BlockScope.Domain, "truenorth.local", SourceState.Up, "reject 554 5.7.1 blocked_domain" },
        { "trusted", "nobody@truenorth.local", BlockScope.Everyone, "", SourceState.Up, "reject 554 5.7.1 blocked_everyone" },
        { "trusted", "who@example.org", BlockScope.Everyone, "", SourceState.Up, "dunno" },
        { "trusted", "", BlockScope.Everyone, "", SourceState.Up, "dunno" },

        // never mail from outside
        { "outside", "alice@truenorth.local", BlockScope.Everyone, "", SourceState.Up, "dunno" },
        { "outside", "alice@truenorth.local", BlockScope.Login, "alice", SourceState.Up, "dunno" },

        // an outage: a block that is known stands
        { "alice", "alice@truenorth.local", BlockScope.Login, "alice", SourceState.Down, "reject 554 5.7.1 blocked_login" },
        { "alice", "alice@truenorth.local", BlockScope.Everyone, "", SourceState.Down, "reject 554 5.7.1 blocked_everyone" },
        { "al", "alice@truenorth.local", BlockScope.Login, "alice", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "bob", "", BlockScope.Login, "alice", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
        { "trusted", "b@truenorth.local", BlockScope.Login, "bob", SourceState.Down, "defer 451 4.3.0 directory_unavailable" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Table_holds(string client, string? sender, BlockScope scope, string key, SourceState state, string expected)
    {
        bench.Blocks.Give(scope, key);
        bench.Directory.State = state;
        Assert.Equal(expected, EngineBench.Describe(await bench.DecideAsync(Mail.From(client, sender))));
    }

    [Theory]
    [InlineData(BlockAction.Reject, "reject 554 5.7.1 blocked_login")]
    [InlineData(BlockAction.Defer, "defer 451 4.7.1 blocked_login")]
    [InlineData(BlockAction.Hold, "hold blocked_login")]
    public async Task Block_says_what_happens(BlockAction action, string expected)
    {
        bench.Blocks.Give(BlockScope.Login, "alice", action);
        Assert.Equal(expected, EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("alice", "alice@truenorth.local"))));
    }

    [Fact]
    public async Task Strictest_of_several_blocks_counts()
    {
        bench.Blocks.Give(BlockScope.Everyone, "", BlockAction.Hold).Give(BlockScope.Domain, Mail.Domain, BlockAction.Reject).Give(BlockScope.Login, "alice", BlockAction.Defer);
        Assert.Equal("reject 554 5.7.1 blocked_domain", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("alice", "alice@truenorth.local"))));
    }

    [Fact]
    public async Task Expired_block_stops_nobody_any_more()
    {
        bench.Blocks.Give(BlockScope.Login, "alice", expires: bench.Clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        Assert.Equal(Verdict.Reject, (await bench.DecideAsync(Mail.FromLogin("alice", "alice@truenorth.local"))).Verdict);
        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Verdict.Dunno, (await bench.DecideAsync(Mail.FromLogin("alice", "alice@truenorth.local"))).Verdict);
    }

    [Fact]
    public async Task Blocks_never_read_defer_logins_and_leave_outsiders_alone()
    {
        bench.Blocks.IsDown = true;
        Assert.Equal("defer 451 4.3.0 blocks_unavailable", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("alice", "alice@truenorth.local"))));
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(Mail.FromOutside("who@example.org"))));
    }

    [Fact]
    public async Task Without_blocks_the_directory_is_not_asked()
    {
        await bench.DecideAsync(Mail.FromLogin("alice", "alice@truenorth.local"));
        Assert.Empty(bench.Directory.Questions);
    }

    [Fact]
    public void Of_two_blocks_of_one_subject_the_later_counts()
    {
        var first = new Block { Subject = BlockSubject.Everyone, Action = BlockAction.Hold, Reason = "", Author = "", CreatedAt = default };
        Assert.Equal(BlockAction.Reject, new BlockSet([first, first with { Action = BlockAction.Reject }]).Find(BlockSubject.Everyone, default)?.Action);
    }

    [Theory]
    [InlineData(SmtpStage.Mail, Verdict.Reject)]
    [InlineData(SmtpStage.Data, Verdict.Reject)]
    [InlineData(SmtpStage.EndOfMessage, Verdict.Reject)]
    [InlineData(SmtpStage.Helo, Verdict.Dunno)]
    public async Task Block_reaches_a_session_that_is_already_open(SmtpStage stage, Verdict expected)
    {
        bench.Blocks.Give(BlockScope.Login, "alice");
        Assert.Equal(expected, (await bench.DecideAsync(Mail.FromLogin("alice", "alice@truenorth.local", "", stage))).Verdict);
    }
}
