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
    public async Task What_recipients_were_charged_as_is_given_back_with_a_message_that_is_refused_at_its_end()
    {
        bench.Policy = bench.Policy with
        {
            Limits =
            [
                new Limit { Name = "recipient", Key = LimitKey.Recipient, Unit = LimitUnit.Messages, Amount = 1, Window = TimeSpan.FromHours(1), Action = Verdict.Defer },
            ],
        };
        MailRequest recipient = ByMilter with { Stage = SmtpStage.Rcpt, Recipient = "bob@elsewhere.example", Header = null, QueueId = "" };
        string charge = Assert.IsType<string>((await bench.DecideAsync(recipient)).ChargedAs);
        Assert.Equal("f00.1 bob@elsewhere.example", charge);
        Assert.Equal("defer 450 4.7.1 limit_exceeded", await DecideAsync(recipient with { Instance = "f00.2" }));

        bench.Blocks.Give(BlockScope.Login, "alice");
        await DecideAsync(ByMilter with { RecipientCharges = [charge] });
        await bench.Blocks.RemoveAsync(new BlockSubject(BlockScope.Login, "alice"), TestContext.Current.CancellationToken);

        Assert.Equal([LongId, charge], bench.Counters.GivenBack);
        Assert.Equal("dunno", await DecideAsync(recipient with { Instance = "f00.3" }));
    }

    [Fact]
    public async Task What_a_limit_refuses_at_the_end_gives_back_what_its_recipients_were_charged_before()
    {
        Assert.Equal("dunno", await DecideAsync(OverPolicy));
        Assert.Equal("defer 450 4.7.1 limit_exceeded", await DecideAsync(ByMilter with { QueueId = "4jX2H93szRz1k98Q", RecipientCharges = ["f00.1 bob"] }));
        Assert.Equal(["f00.1 bob"], bench.Counters.GivenBack);
    }

    [Fact]
    public async Task What_passes_gives_nothing_back()
    {
        Assert.Equal("dunno", await DecideAsync(ByMilter with { RecipientCharges = ["f00.1 bob"] }));
        Assert.Empty(bench.Counters.GivenBack);
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
