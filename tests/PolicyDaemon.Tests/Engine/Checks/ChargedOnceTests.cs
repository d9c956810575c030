using PolicyDaemon.Contracts;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Counters;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Checks;

/// <summary>One message, asked about over the policy protocol and by the milter.</summary>
public sealed class ChargedOnceTests
{
    private const string LongId = "4jX2H93szRz1k98P";

    private static readonly MailRequest OverPolicy =
        Mail.FromLogin("alice", "alice@truenorth.local", "", SmtpStage.EndOfMessage) with { QueueId = LongId };

    private static readonly MailRequest ByMilter = OverPolicy with
    {
        SeesMessage = true,
        Instance = "f00.1",
        Header = new HeaderFromCase("", "From: alice@truenorth.local"u8.ToArray(), "", "").ToHeader(),
    };

    private readonly EngineBench bench = new();

    public ChargedOnceTests()
    {
        bench.Directory.Add(Mail.Account("alice"));
        bench.Policy = bench.Policy with
        {
            Limits =
            [
                new Limit { Name = "limit", Key = LimitKey.Login, Unit = LimitUnit.Messages, Amount = 1, Window = TimeSpan.FromHours(1), Action = Verdict.Defer },
            ],
        };
    }

    [Fact]
    public async Task Message_that_both_ask_about_counts_once()
    {
        Assert.Equal("dunno", await DecideAsync(OverPolicy));
        Assert.Equal("dunno", await DecideAsync(ByMilter));
        Assert.Equal("defer 450 4.7.1 limit_exceeded", await DecideAsync(ByMilter with { QueueId = "4jX2H93szRz1k98Q" }));
    }

    [Theory]
    [InlineData("5E101B48986")]
    [InlineData("")]
    public async Task Short_queue_id_names_no_message(string id)
    {
        Assert.Equal("dunno", await DecideAsync(OverPolicy with { QueueId = id }));
        Assert.Equal("dunno", await DecideAsync(OverPolicy with { QueueId = id }));
        Assert.Equal("defer 450 4.7.1 limit_exceeded", await DecideAsync(OverPolicy with { QueueId = id, Instance = "another" }));
    }

    [Fact]
    public async Task What_the_milter_refuses_is_given_back()
    {
        Assert.Equal("dunno", await DecideAsync(OverPolicy));
        bench.Blocks.Give(BlockScope.Login, "alice");
        Assert.Equal("reject 554 5.7.1 blocked_login", await DecideAsync(ByMilter));
        Assert.Equal([LongId], bench.Counters.GivenBack);

        await bench.Blocks.RemoveAsync(new BlockSubject(BlockScope.Login, "alice"), TestContext.Current.CancellationToken);
        Assert.Equal("dunno", await DecideAsync(ByMilter with { QueueId = "4jX2H93szRz1k98Q" }));
    }

    [Fact]
    public async Task What_a_limit_refuses_is_not_given_back()
    {
        Assert.Equal("dunno", await DecideAsync(OverPolicy));
        Assert.Equal("defer 450 4.7.1 limit_exceeded", await DecideAsync(ByMilter with { QueueId = "4jX2H93szRz1k98Q" }));
        Assert.Empty(bench.Counters.GivenBack);
    }

    [Theory]
    [InlineData(SmtpStage.Mail)]
    [InlineData(SmtpStage.Rcpt)]
    [InlineData(SmtpStage.Data)]
    public async Task What_is_refused_before_the_end_was_not_charged(SmtpStage stage)
    {
        bench.Blocks.Give(BlockScope.Login, "alice");
        Assert.Equal("reject 554 5.7.1 blocked_login", await DecideAsync(ByMilter with { Stage = stage }));
        Assert.Empty(bench.Counters.GivenBack);
    }

    [Fact]
    public async Task What_an_observed_check_would_have_refused_stays_charged()
    {
        bench.Policy = bench.Policy.With(CheckName.SendingBlock, new CheckSettings(CheckMode.Observe));
        bench.Blocks.Give(BlockScope.Login, "alice");
        Assert.Equal("dunno", await DecideAsync(OverPolicy));
        Assert.Equal("dunno", await DecideAsync(ByMilter));
        Assert.Empty(bench.Counters.GivenBack);
    }

    private async Task<string> DecideAsync(MailRequest request) => EngineBench.Describe(await bench.DecideAsync(request));
}
