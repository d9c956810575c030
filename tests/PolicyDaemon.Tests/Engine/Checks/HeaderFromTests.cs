using System.Text;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Messages;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Checks;

public sealed class HeaderFromTests
{
    private readonly EngineBench bench = new();

    public HeaderFromTests() => bench.Directory
        .Add(Mail.Account("alice", also: "a.liddell@truenorth.local") with { SendAs = [Mail.Address("sales@truenorth.local"), Mail.Address("@partner.example")] })
        .Add(Mail.Account("bob"))
        .Add(Mail.Account("ceo"))
        .Add(Mail.Account("sales"))
        .Add(Mail.Account("someone", also: "someone@example.org"))
        .AddAlias("wonder@truenorth.local", "alice@truenorth.local");

    public static TheoryData<HeaderFromCase> Cases => [.. HeaderFromCorpus.Read()];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Corpus_holds(HeaderFromCase example)
    {
        var decision = await bench.DecideAsync(Message("alice", example.ToHeader()));
        Assert.Equal(example.Expected, Describe(decision, example.ToHeader()));
    }

    [Fact]
    public void Corpus_is_large_enough_to_trust()
    {
        var cases = HeaderFromCorpus.Read();
        Assert.True(cases.Count(example => example.IsRefused) >= 60);
        Assert.True(cases.Count(example => !example.IsRefused) >= 40);
        Assert.Equal(cases.Count, cases.Select(example => example.Name).Distinct().Count());
    }

    [Fact]
    public async Task Outage_defers_what_may_be_owned_and_never_refuses_it_for_good()
    {
        bench.Policy = bench.Policy.With(CheckName.SenderAuthorization, new CheckSettings(CheckMode.Off));
        bench.Directory.State = SourceState.Down;
        foreach (var example in HeaderFromCorpus.Read().Where(example => !example.IsRefused))
        {
            var decision = await bench.Engine.ExplainAsync(Message("alice", example.ToHeader()), default);
            var step = decision.Steps.Single(step => step.Check == CheckName.HeaderFrom);
            Assert.Equal("defer 451 4.3.0 directory_unavailable", EngineBench.Describe(step.Alone));
        }
    }

    [Fact]
    public async Task Address_that_is_surely_anothers_is_refused_although_another_one_cannot_be_asked_about()
    {
        bench.Directory.Away.Add("address");
        Assert.Equal(
            "reject 550 5.7.1 header_sender_malformed",
            EngineBench.Describe(await bench.DecideAsync(Message("alice", "From: alice@truenorth.local\nSender: alice"))));
        Assert.Equal(
            "defer 451 4.3.0 directory_unavailable",
            EngineBench.Describe(await bench.DecideAsync(Message("alice", "From: bob@truenorth.local\nSender: alice@truenorth.local"))));
    }

    [Fact]
    public async Task Mail_without_a_login_is_not_asked_whose_header_it_has()
    {
        var spoofed = Message("", "From: ceo@truenorth.local") with { EnvelopeSender = "who@example.net" };
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(spoofed)));
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(spoofed with { IsNonSmtp = true })));
    }

    [Fact]
    public async Task Login_that_may_send_as_anyone_may_write_any_header()
    {
        bench.Policy = bench.Policy with { SendAsAnyone = new HashSet<string>(["alice"]) };
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(Message("alice", "From: ceo@truenorth.local, <<"))));
    }

    [Fact]
    public async Task Null_sender_of_a_login_does_not_free_its_header()
    {
        bench.Policy = bench.Policy with { MayLoginUseNullSender = true };
        Assert.Equal(
            "reject 553 5.7.1 header_from_not_owned",
            EngineBench.Describe(await bench.DecideAsync(Message("alice", "From: ceo@truenorth.local") with { EnvelopeSender = "" })));
    }

    [Fact]
    public async Task Header_larger_than_is_kept_may_hide_anything()
    {
        var header = new MessageHeader.Builder();
        header.Add("From"u8, " alice@truenorth.local"u8);
        for (var i = 0; i < MessageHeader.MaxFields; i++) header.Add("X"u8, ""u8);
        Assert.Equal("reject 552 5.3.4 header_too_large", EngineBench.Describe(await bench.DecideAsync(Message("alice", header.Build()))));
    }

    [Theory]
    [InlineData(CheckMode.Enforce, CheckMode.Enforce, "reject 553 5.7.1 header_from_not_owned", 0)]
    [InlineData(CheckMode.Enforce, CheckMode.Observe, "dunno", 1)]
    [InlineData(CheckMode.Enforce, CheckMode.Off, "dunno", 0)]
    [InlineData(CheckMode.Observe, CheckMode.Enforce, "dunno", 1)]
    [InlineData(CheckMode.Off, CheckMode.Enforce, "dunno", 0)]
    public async Task Header_is_never_judged_more_strictly_than_the_envelope(CheckMode envelope, CheckMode header, string expected, int remarks)
    {
        bench.Policy = bench.Policy.With(CheckName.IdentityBinding, new CheckSettings(envelope)).With(CheckName.HeaderFrom, new CheckSettings(header));
        var decision = await bench.DecideAsync(Message("alice", "From: ceo@truenorth.local"));
        Assert.Equal(expected, EngineBench.Describe(decision));
        Assert.Equal(remarks, decision.Remarks.Count);
    }

    [Fact]
    public async Task Override_of_the_envelope_for_a_domain_holds_for_the_header()
    {
        var lax = new CheckOverride(Mail.Domain, null, CheckName.IdentityBinding, CheckMode.Observe, null, null);
        bench.Policy = bench.Policy with { Overrides = [lax] };
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(Message("alice", "From: ceo@truenorth.local"))));
    }

    [Fact]
    public async Task Where_the_header_is_not_seen_nothing_is_asked()
    {
        var request = Message("alice", "From: ceo@truenorth.local");
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(request with { Header = null, Stage = SmtpStage.Rcpt })));
        Assert.DoesNotContain(
            (await bench.Engine.ExplainAsync(request with { Header = null, SeesMessage = false }, default)).Steps,
            step => step.Check == CheckName.HeaderFrom);
    }

    [Fact]
    public async Task Message_that_began_before_the_rule_was_in_force_is_deferred()
    {
        var unseen = Message("alice", "From: x") with { Header = null };
        Assert.Equal("defer 451 4.3.0 header_unseen", EngineBench.Describe(await bench.DecideAsync(unseen)));
        Assert.Equal("dunno", EngineBench.Describe(await bench.DecideAsync(unseen with { SaslUsername = "", EnvelopeSender = "who@example.net" })));

        bench.Policy = bench.Policy with { Messages = MessageRules.None with { LooksAtFrom = false, Unwanted = new UnwantedFields { OnSubmission = [new FieldNamePattern("X")] } } };
        Assert.Equal("defer 451 4.3.0 header_unseen", EngineBench.Describe(await bench.DecideAsync(unseen)));
    }

    private static MailRequest Message(string login, string header) => Message(login, new HeaderFromCase("", Encoding.UTF8.GetBytes(header), "", "").ToHeader());

    private static MailRequest Message(string login, MessageHeader header) =>
        Mail.FromLogin(login, "alice@truenorth.local", stage: SmtpStage.EndOfMessage) with { SeesMessage = true, Header = header };

    private static string Describe(Decision decision, MessageHeader header)
    {
        if (decision.Verdict == Verdict.Reject) return EngineBench.Describe(decision).Replace("reject", "refused", StringComparison.Ordinal);
        Assert.Equal(Verdict.Dunno, decision.Verdict);
        var from = header.Fields.Single(field => field.IsNamed("From"));
        return string.Join(", ", AddressListParser.Parse(from.Value.Span).Mailboxes.Select(mailbox => mailbox.Address));
    }
}
