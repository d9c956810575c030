using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Engine.Messages;
using Xunit;

namespace PolicyDaemon.Tests.Engine;

public sealed class DecisionEngineTests
{
    private static readonly MailRequest FromAlice = Mail.FromLogin("alice", "alice@truenorth.local");

    /// <summary>A sender that every check but the blocks refuses: may not send, does not own, unknown recipient, no limit left.</summary>
    private static readonly MailRequest Worst = Mail.FromLogin("carol", "alice@truenorth.local", "nobody@truenorth.local") with
    {
        SeesMessage = true,
        Header = TooLarge(),
    };

    /// <summary>Those that can be set alone: the header is never judged more strictly than the envelope.</summary>
    private static readonly IEnumerable<CheckName> SetAlone = OfLogins.Where(check => check != CheckName.HeaderFrom);

    private readonly EngineBench bench = new();

    public DecisionEngineTests()
    {
        bench.Directory.Add(Mail.Account("alice")).Add(Mail.Account("carol", send: SendAllowed.False));
        bench.Policy = bench.Policy with
        {
            Limits = [Limit(Verdict.Defer, amount: 0)],
            Messages = MessageRules.None with { Unwanted = new UnwantedFields { OnSubmission = [new FieldNamePattern("X-Unwanted")] } },
        };
    }

    /// <summary>Whether there is room is asked for mail from outside alone.</summary>
    private static IEnumerable<CheckName> OfLogins => Enum.GetValues<CheckName>().Where(check => check != CheckName.Storage);

    [Fact]
    public async Task Checks_are_asked_in_order_and_the_first_refusal_stands()
    {
        bench.Blocks.Give(BlockScope.Login, "carol");
        var refusals = new List<string?>();
        foreach (var check in SetAlone)
        {
            refusals.Add((await bench.DecideAsync(Worst)).Check?.ToString());
            bench.Policy = bench.Policy.With(check, new CheckSettings(CheckMode.Off));
        }

        Assert.Equal(SetAlone.Select(check => check.ToString()), refusals);
        Assert.Equal(Verdict.Dunno, (await bench.DecideAsync(Worst)).Verdict);
    }

    [Fact]
    public async Task Outsider_is_told_that_the_sender_needs_a_login_before_anything_about_its_account()
    {
        var request = Mail.FromOutside("carol@truenorth.local");
        Assert.Equal("reject 553 5.7.1 sender_needs_login", EngineBench.Describe(await bench.DecideAsync(request)));
        bench.Policy = bench.Policy.With(CheckName.IdentityBinding, new CheckSettings(CheckMode.Off));
        Assert.Equal("reject 554 5.7.1 sending_disabled", EngineBench.Describe(await bench.DecideAsync(request)));
    }

    [Fact]
    public async Task Hold_is_remembered_and_a_later_refusal_overrides_it()
    {
        bench.Policy = bench.Policy with { Limits = [Limit(Verdict.Reject, amount: 1)] };
        bench.Blocks.Give(BlockScope.Login, "alice", BlockAction.Hold);

        Assert.Equal("hold blocked_login", EngineBench.Describe(await bench.DecideAsync(FromAlice with { Stage = SmtpStage.EndOfMessage })));
        Assert.Single(bench.Counters.Charged);
        Assert.Equal("reject 554 5.7.1 limit_exceeded", EngineBench.Describe(await bench.DecideAsync(FromAlice with { Stage = SmtpStage.EndOfMessage, Instance = "b" })));
    }

    [Fact]
    public async Task Refused_mail_is_not_charged()
    {
        await bench.DecideAsync(Mail.FromLogin("carol", "carol@truenorth.local") with { Stage = SmtpStage.EndOfMessage });
        Assert.Empty(bench.Counters.Charged);
    }

    [Fact]
    public async Task Observed_checks_leave_remarks_and_do_not_end_the_walk()
    {
        foreach (var check in Enum.GetValues<CheckName>()) bench.Policy = bench.Policy.With(check, new CheckSettings(CheckMode.Observe));
        var decision = await bench.DecideAsync(Worst);

        Assert.Equal(Verdict.Dunno, decision.Verdict);
        Assert.Equal(
            ["SenderAuthorization sending_disabled", "IdentityBinding sender_not_owned", "HeaderFrom header_too_large", "RecipientExistence recipient_unknown", "MessageRules header_too_large", "RateLimit limit_exceeded"],
            decision.Remarks.Select(remark => $"{remark.Check} {remark.Reason}"));
        Assert.All(decision.Remarks, remark => Assert.Equal(RemarkKind.Observed, remark.Kind));
    }

    [Fact]
    public async Task Outage_defers_or_permits_as_each_check_declares()
    {
        bench.Directory.State = SourceState.Down;
        Assert.Equal("defer 451 4.3.0 directory_unavailable", EngineBench.Describe(await bench.DecideAsync(FromAlice)));

        foreach (var check in Enum.GetValues<CheckName>()) bench.Policy = bench.Policy.With(check, new CheckSettings(CheckMode.Enforce, WhenUnavailable.Permit));
        var decision = await bench.DecideAsync(FromAlice);
        Assert.Equal(Verdict.Dunno, decision.Verdict);
        Assert.Equal(
            [CheckName.SenderAuthorization, CheckName.IdentityBinding, CheckName.RecipientExistence, CheckName.RateLimit],
            decision.Remarks.Select(remark => remark.Check));
        Assert.All(decision.Remarks, remark => Assert.Equal(RemarkKind.PermittedUnavailable, remark.Kind));
    }

    [Theory]
    [InlineData(SourceState.Hung)]
    [InlineData(SourceState.Deaf)]
    public async Task Missed_deadline_defers_also_when_the_backend_does_not_heed_its_token(SourceState state)
    {
        bench.Directory.State = state;
        var deciding = bench.DecideAsync(FromAlice);
        bench.Clock.Advance(bench.Policy.Deadline - TimeSpan.FromMilliseconds(1));
        Assert.False(deciding.IsCompleted);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("defer 451 4.3.0 deadline_exceeded", EngineBench.Describe(await deciding));
        Assert.Empty(bench.Observer.Faults);
    }

    [Fact]
    public async Task After_the_deadline_no_further_check_is_waited_for()
    {
        bench.Directory.State = SourceState.Deaf;
        bench.Policy = bench.Policy.With(CheckName.SenderAuthorization, new CheckSettings(CheckMode.Enforce, WhenUnavailable.Permit));
        var deciding = bench.DecideAsync(FromAlice);
        bench.Clock.Advance(bench.Policy.Deadline);

        var decision = await deciding;
        Assert.Equal((Verdict.Defer, CheckName.IdentityBinding), (decision.Verdict, decision.Check));
    }

    [Theory]
    [InlineData(SourceState.Broken, "InvalidOperationException")]
    [InlineData(SourceState.GivesUp, "TaskCanceledException")]
    public async Task Exception_in_a_check_defers_and_is_told(SourceState state, string type)
    {
        bench.Directory.State = state;
        Assert.Equal("defer 451 4.3.0 internal_error", EngineBench.Describe(await bench.DecideAsync(FromAlice)));
        Assert.Equal((CheckName.SenderAuthorization, type), Assert.Single(bench.Observer.Faults.Select(fault => (fault.Check, fault.Exception.GetType().Name))));
    }

    [Theory]
    [InlineData(SourceState.Broken)]
    [InlineData(SourceState.GivesUp)]
    public async Task Exception_while_the_override_is_looked_up_defers_too(SourceState state)
    {
        bench.Policy = bench.Policy with { Overrides = [Override(CheckName.SenderAuthorization, "lax.example", CheckMode.Off)] };
        bench.Directory.State = state;
        Assert.Equal("defer 451 4.3.0 internal_error", EngineBench.Describe(await bench.DecideAsync(FromAlice)));
    }

    [Fact]
    public async Task Caller_that_gives_up_gets_its_cancellation_and_nothing_is_told()
    {
        bench.Directory.State = SourceState.Deaf;
        using var caller = new CancellationTokenSource();
        var deciding = bench.DecideAsync(FromAlice, caller.Token);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await deciding);
        Assert.Empty(bench.Observer.Decisions);
        Assert.Empty(bench.Observer.Faults);
    }

    [Fact]
    public async Task Login_cannot_choose_a_laxer_override_by_its_envelope_sender()
    {
        bench.Policy = bench.Policy with { Overrides = [.. Enum.GetValues<CheckName>().Select(check => Override(check, "lax.example", CheckMode.Off))] };
        bench.Directory.AddDomain("lax.example");

        Assert.Equal("reject 554 5.7.1 sending_disabled", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("carol", "x@lax.example"))));
        Assert.Equal("reject 553 5.7.1 sender_not_owned", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin("alice", "x@lax.example"))));
    }

    [Fact]
    public async Task Override_of_the_domain_of_the_account_applies_whatever_it_sends_as()
    {
        bench.Directory.Add(Mail.Account("nora") with { Addresses = [Mail.Address("nora@new.example")] });
        bench.Policy = bench.Policy with { Limits = [], Overrides = [Override(CheckName.IdentityBinding, "new.example", CheckMode.Observe)] };

        var decision = await bench.DecideAsync(Mail.FromLogin("nora", "alice@truenorth.local"));
        Assert.Equal((Verdict.Dunno, RemarkKind.Observed), (decision.Verdict, Assert.Single(decision.Remarks).Kind));
    }

    [Fact]
    public async Task Override_of_the_recipients_domain_is_for_recipients_and_of_the_address_inside_a_routed_one()
    {
        bench.Policy = (bench.Policy with { Overrides = [Override(CheckName.RecipientExistence, Mail.Domain, CheckMode.Enforce)] })
            .With(CheckName.RecipientExistence, new CheckSettings(CheckMode.Off));
        foreach (var recipient in new[] { "nobody@truenorth.local", "nobody%truenorth.local@localhost" })
        {
            Assert.Equal("reject 550 5.1.1 recipient_unknown", EngineBench.Describe(await bench.DecideAsync(Mail.FromOutside("who@example.org", recipient))));
        }
    }

    [Fact]
    public async Task Outsider_cannot_choose_laxer_limits_by_its_envelope_sender()
    {
        bench.Policy = bench.Policy with
        {
            Limits = [Limit(Verdict.Defer, amount: 0) with { Key = LimitKey.Client }],
            Overrides = [Override(CheckName.RateLimit, "lax.example", CheckMode.Off)],
        };
        Assert.Equal(CheckName.RateLimit, (await bench.DecideAsync(Mail.FromOutside("x@lax.example"))).Check);
    }

    [Fact]
    public async Task While_the_domain_of_a_login_is_not_known_the_strictest_override_applies()
    {
        bench.Policy = (bench.Policy with { Overrides = [Override(CheckName.SenderAuthorization, "strict.example", CheckMode.Enforce)] })
            .With(CheckName.SenderAuthorization, new CheckSettings(CheckMode.Observe));
        Assert.Equal(CheckName.RateLimit, (await bench.DecideAsync(FromAlice)).Check);

        bench.Directory.State = SourceState.Down;
        Assert.Equal(CheckName.SenderAuthorization, (await bench.DecideAsync(FromAlice)).Check);
    }

    [Fact]
    public async Task Override_of_a_policy_context_needs_no_directory()
    {
        bench.Directory.State = SourceState.Down;
        var off = Enum.GetValues<CheckName>().Select(check => new CheckOverride(null, "internal", check, CheckMode.Off, null, null));
        bench.Policy = bench.Policy with { Overrides = [.. off] };

        Assert.Equal(Verdict.Dunno, (await bench.DecideAsync(FromAlice with { PolicyContext = "internal" })).Verdict);
        Assert.Empty(bench.Directory.Questions);
    }

    [Fact]
    public async Task Directory_is_asked_each_question_once_and_the_oldest_fact_gives_the_age()
    {
        bench.Policy = bench.Policy with { Limits = [] };
        bench.Directory.Age = TimeSpan.FromMinutes(5);
        await bench.DecideAsync(FromAlice);

        Assert.Equal(TimeSpan.FromMinutes(5), bench.Observer.Facts.Age);
        Assert.Equal(bench.Directory.Questions.Distinct(), bench.Directory.Questions);
    }

    [Fact]
    public async Task Directory_is_never_asked_about_a_login_of_control_characters_or_endless_text()
    {
        foreach (var login in new[] { "al\0ice", "alice\n", new string('x', 5000) })
        {
            Assert.Equal("reject 554 5.7.1 account_unknown", EngineBench.Describe(await bench.DecideAsync(Mail.FromLogin(login, "alice@truenorth.local"))));
        }

        Assert.DoesNotContain(bench.Directory.Questions, question => question.StartsWith("login", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Observer_is_told_once_about_every_decision()
    {
        var decision = await bench.DecideAsync(Worst);
        Assert.Same(decision, Assert.Single(bench.Observer.Decisions));
    }

    [Fact]
    public async Task Explanation_shows_every_check_with_its_facts_and_tells_no_observer()
    {
        bench.Policy = bench.Policy.With(CheckName.IdentityBinding, new CheckSettings(CheckMode.Off));
        var explanation = await bench.Engine.ExplainAsync(Worst, default);

        Assert.Equal("reject 554 5.7.1 sending_disabled", EngineBench.Describe(explanation.Decision));
        Assert.Equal(OfLogins, explanation.Steps.Select(step => step.Check));
        Assert.Equal([true, true, false, false, false, false, false], explanation.Steps.Select(step => step.IsReached));
        Assert.Contains(explanation.Steps[1].Facts, fact => fact.Question == "login carol" && fact.Answer.Contains("sendAllowed FALSE", StringComparison.Ordinal));
        Assert.Equal("reject 550 5.1.1 recipient_unknown", EngineBench.Describe(explanation.Steps[4].Alone));
        Assert.Empty(bench.Observer.Decisions);
    }

    [Fact]
    public async Task Hostile_requests_are_always_answered()
    {
        var random = new Random(11);
        string[] words = ["", "alice", "carol@truenorth.local", "@", "a@b@c", "%", "!", "\0", "\ud800@x", "postmaster", new string('x', 5000), "*)(uid=*", "+@truenorth.local"];
        for (var i = 0; i < 2000; i++)
        {
            var request = new MailRequest
            {
                Stage = (SmtpStage)random.Next(0, 8),
                SaslUsername = words[random.Next(words.Length)],
                EnvelopeSender = random.Next(8) == 0 ? null : words[random.Next(words.Length)],
                Recipient = words[random.Next(words.Length)],
                RecipientCount = random.Next(-5, 5),
                Size = random.Next(-5, 5),
                Instance = words[random.Next(words.Length)],
                PolicyContext = words[random.Next(words.Length)],
            };
            await bench.DecideAsync(request);
        }

        Assert.Empty(bench.Observer.Faults);
    }

    private static Limit Limit(Verdict action, long amount) => new()
    {
        Name = "limit",
        Key = LimitKey.Login,
        Unit = LimitUnit.Messages,
        Amount = amount,
        Window = TimeSpan.FromHours(1),
        Action = action,
    };

    private static MessageHeader TooLarge()
    {
        var header = new MessageHeader.Builder();
        for (var i = 0; i <= MessageHeader.MaxFields; i++) header.Add("X"u8, ""u8);
        return header.Build();
    }

    private static CheckOverride Override(CheckName check, string domain, CheckMode mode) => new(domain, null, check, mode, null, null);
}
