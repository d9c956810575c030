using System.Text;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Messages;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Checks;

public sealed class MessageCheckTests
{
    private const string Forged = "From: alice@truenorth.local\nAuthentication-Results: mx1.truenorth.local; spf=pass\nX-Spam: no\nAuthentication-Results: mx.example.org; spf=pass\nx-spam: no\nAuthentication-results: MX1.truenorth.local. 1; dkim=pass";

    private static readonly MessageRules Rules = new()
    {
        Size = new MessageMaximum(MessageMaximum.SizeName, 1000) { PerDomain = new Dictionary<string, long> { ["small.example"] = 100 } },
        Recipients = new MessageMaximum(MessageMaximum.RecipientsName, 10),
        Unwanted = new UnwantedFields
        {
            AuthservIds = new HashSet<string>(["mx1.truenorth.local"]),
            OnArrival = [new FieldNamePattern("X-Spam*")],
            OnSubmission = [new FieldNamePattern("X-Originating-IP")],
        },
    };

    private readonly EngineBench bench = new EngineBench().Only(CheckName.MessageRules);

    public MessageCheckTests()
    {
        bench.Policy = bench.Policy with { Messages = Rules };
        bench.Directory
            .Add(Mail.Account("alice"))
            .Add(Mail.Account("bulk") with { Limits = new Dictionary<string, long> { ["maximumSize"] = 5000, ["maximumRecipients"] = 50 } })
            .Add(Mail.Account("little") with { Addresses = [Mail.Address("little@small.example")] })
            .Add(Mail.Account("tiny") with { Addresses = [Mail.Address("tiny@tiny.example")] })
            .AddDomain("small.example")
            .AddDomain("tiny.example", limits: new Dictionary<string, long> { ["maximumSize"] = 10, ["maximumRecipients"] = 1 });
    }

    /// <summary>Client, envelope sender, octets, recipients, decision.</summary>
    [Theory]
    [InlineData("alice", "alice@truenorth.local", 1000, 10, "dunno")]
    [InlineData("alice", "alice@truenorth.local", 1001, 1, "reject 552 5.3.4 message_too_large")]
    [InlineData("alice", "alice@truenorth.local", 1, 11, "reject 550 5.5.3 too_many_recipients")]
    [InlineData("bulk", "bulk@truenorth.local", 5000, 50, "dunno")]
    [InlineData("bulk", "bulk@truenorth.local", 5001, 50, "reject 552 5.3.4 message_too_large")]
    [InlineData("bulk", "bulk@truenorth.local", 5000, 51, "reject 550 5.5.3 too_many_recipients")]
    [InlineData("little", "little@small.example", 101, 1, "reject 552 5.3.4 message_too_large")]
    [InlineData("little", "alice@truenorth.local", 101, 1, "reject 552 5.3.4 message_too_large")]
    [InlineData("tiny", "tiny@tiny.example", 10, 1, "dunno")]
    [InlineData("tiny", "tiny@tiny.example", 11, 1, "reject 552 5.3.4 message_too_large")]
    [InlineData("tiny", "tiny@tiny.example", 10, 2, "reject 550 5.5.3 too_many_recipients")]
    [InlineData("trusted", "tiny@tiny.example", 11, 1, "reject 552 5.3.4 message_too_large")]
    [InlineData("trusted", "who@example.org", 1000, 10, "dunno")]
    [InlineData("outside", "tiny@tiny.example", 1000, 10, "dunno")]
    [InlineData("outside", "who@example.org", 1001, 1, "reject 552 5.3.4 message_too_large")]
    [InlineData("outside", "", 1, 11, "reject 550 5.5.3 too_many_recipients")]
    public async Task Maximums_are_the_senders_own_or_its_domains_or_everybodys(string client, string sender, long size, int recipients, string expected) =>
        Assert.Equal(expected, EngineBench.Describe(await bench.DecideAsync(Message(client, sender) with { Size = size, RecipientCount = recipients })));

    [Fact]
    public async Task Announced_size_is_refused_at_mail_and_recipients_are_not_counted_before_the_end()
    {
        var mail = Message("alice", "alice@truenorth.local") with { Stage = SmtpStage.Mail, Header = null, Size = 1001, RecipientCount = 99 };
        Assert.Equal("reject 552 5.3.4 message_too_large", EngineBench.Describe(await bench.DecideAsync(mail)));
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(mail with { Size = 0 })));
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(mail with { Stage = SmtpStage.Rcpt })));
    }

    [Fact]
    public async Task Quarantined_message_is_held_at_its_end_and_is_not_refused_before()
    {
        bench.Policy = bench.Policy with { Messages = Rules with { Quarantine = new HashSet<MessageRule>([MessageRule.MaximumSize]) } };
        var end = Message("alice", "alice@truenorth.local") with { Size = 1001 };
        Assert.Equal("hold message_too_large", EngineBench.Describe(await bench.DecideAsync(end)));
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(end with { Stage = SmtpStage.Mail, Header = null })));
        Assert.Equal("reject 550 5.5.3 too_many_recipients", EngineBench.Describe(await bench.DecideAsync(end with { Size = 1, RecipientCount = 11 })));
    }

    [Fact]
    public async Task Quarantined_header_from_is_held()
    {
        var whole = new EngineBench { Directory = bench.Directory };
        whole.Policy = Mail.Policy with { Messages = MessageRules.None with { Quarantine = new HashSet<MessageRule>([MessageRule.HeaderFrom]) } };
        var spoofed = Message("alice", "alice@truenorth.local", "From: bulk@truenorth.local");
        Assert.Equal("hold header_from_not_owned", EngineBench.Describe(await whole.DecideAsync(spoofed)));
        whole.Policy = Mail.Policy with { Messages = MessageRules.None with { LooksAtFrom = false } };
        Assert.Equal("dunno", EngineBench.Describe(await whole.DecideAsync(spoofed)));
    }

    [Fact]
    public async Task Outage_defers_where_the_amount_may_be_another()
    {
        bench.Directory.State = SourceState.Down;
        var message = Message("alice", "alice@truenorth.local");
        Assert.Equal("defer 451 4.3.0 directory_unavailable", EngineBench.Describe(await bench.DecideAsync(message with { Size = 1 })));
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(Message("outside", "who@example.org") with { Size = 1 })));

        bench.Policy = bench.Policy with { Messages = Rules with { Size = MessageRules.None.Size, Recipients = MessageRules.None.Recipients } };
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(message with { Size = 1 })));
    }

    [Theory]
    [InlineData("outside", "x-spam 2, X-Spam 1, Authentication-results 3, Authentication-Results 1")]
    [InlineData("alice", "Authentication-results 3, Authentication-Results 1")]
    [InlineData("trusted", "")]
    public async Task Forged_fields_are_taken_out_the_last_of_a_name_first(string client, string expected)
    {
        var decision = await bench.DecideAsync(Message(client, "alice@truenorth.local", Forged));
        Assert.Equal(
            Sort(expected.Split(", ", StringSplitOptions.RemoveEmptyEntries)), Sort(decision.Removals.Select(removal => $"{removal.Name} {removal.Index}")));
        foreach (var same in decision.Removals.GroupBy(removal => removal.Name, StringComparer.OrdinalIgnoreCase))
        {
            Assert.Equal(same.OrderByDescending(removal => removal.Index), same);
        }

        static IEnumerable<string> Sort(IEnumerable<string> words) => words.Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("mx1.truenorth.local; none", true)]
    [InlineData(" (a (b) c) mx1.truenorth.local 1 ; none", true)]
    [InlineData("\"mx1.truenorth.local\"; none", true)]
    [InlineData("MX1.TrueNorth.Local.;none", true)]
    [InlineData("\n\tmx1.truenorth.local;\n\tspf=pass", true)]
    [InlineData("mx1.truenorth.local", true)]
    [InlineData("mx1.truenorth.local(x);", true)]
    [InlineData("", true)]
    [InlineData("; none", true)]
    [InlineData("(open", true)]
    [InlineData("mx1\0.truenorth.local; none", true)]
    [InlineData("mx2.truenorth.local; none", false)]
    [InlineData("mx1.truenorth.local.example.org; none", false)]
    [InlineData("example.org; x=mx1.truenorth.local", false)]
    public void Name_of_the_server_that_claims_to_have_checked_is_read_as_others_read_it(string value, bool isOurs) =>
        Assert.Equal(isOurs, AuthservId.MayBeOneOf(Encoding.UTF8.GetBytes(value), Rules.Unwanted.AuthservIds));

    [Fact]
    public async Task Nothing_is_taken_out_of_a_message_that_is_refused_or_only_observed()
    {
        var forged = Message("outside", "who@example.org", Forged);
        Assert.Empty((await bench.DecideAsync(forged with { Size = 1001 })).Removals);

        bench.Policy = bench.Policy.With(CheckName.MessageRules, new CheckSettings(CheckMode.Observe));
        var observed = await bench.DecideAsync(forged);
        Assert.Empty(observed.Removals);
        var remark = Assert.Single(observed.Remarks);
        Assert.Equal((RemarkKind.Observed, Verdict.Dunno, "header_removed"), (remark.Kind, remark.Verdict, remark.Reason.Name));
        Assert.Equal("removes Authentication-results (2), x-spam (2)", remark.Detail);
    }

    [Fact]
    public async Task Message_that_a_later_check_refuses_keeps_its_header()
    {
        var whole = new EngineBench { Directory = bench.Directory };
        whole.Policy = Mail.Policy with
        {
            Messages = Rules,
            Limits = [new Limit { Name = "none", Key = LimitKey.Everyone, Unit = LimitUnit.Messages, Amount = 0, Window = TimeSpan.FromHours(1), Action = Verdict.Defer }],
        };
        var decision = await whole.DecideAsync(Message("outside", "who@example.org", Forged) with { Recipient = "" });
        Assert.Equal("defer 450 4.7.1 limit_exceeded", EngineBench.Describe(decision));
        Assert.Empty(decision.Removals);
    }

    [Fact]
    public async Task Fields_are_taken_out_of_held_mail_too()
    {
        bench.Policy = bench.Policy with { Messages = Rules with { Quarantine = new HashSet<MessageRule>([MessageRule.MaximumSize]) } };
        var decision = await bench.DecideAsync(Message("outside", "who@example.org", Forged) with { Size = 1001 });
        Assert.Equal("hold message_too_large", EngineBench.Describe(decision));
        Assert.Equal(4, decision.Removals.Count);
    }

    [Fact]
    public async Task Header_of_which_not_all_is_kept_is_refused_where_something_is_to_be_removed()
    {
        var large = new MessageHeader.Builder();
        for (var i = 0; i <= MessageHeader.MaxFields; i++) large.Add("X"u8, ""u8);
        var message = Message("outside", "who@example.org") with { Header = large.Build() };
        Assert.Equal("reject 552 5.3.4 header_too_large", EngineBench.Describe(await bench.DecideAsync(message)));
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(message with { IsNonSmtp = true })));
    }

    private static MailRequest Message(string client, string sender, string header = "From: alice@truenorth.local") =>
        Mail.From(client, sender) with
        {
            Stage = SmtpStage.EndOfMessage,
            SeesMessage = true,
            RecipientCount = 1,
            Header = new HeaderFromCase("", Encoding.UTF8.GetBytes(header), "", "").ToHeader(),
        };
}
