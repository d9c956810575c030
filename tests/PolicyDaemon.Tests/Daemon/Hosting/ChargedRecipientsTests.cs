using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Hosting;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Hosting;

public sealed class ChargedRecipientsTests
{
    private static readonly MailRequest OverPolicy = Mail.FromOutside("someone@example.org") with { ClientPort = 4711 };
    private static readonly MailRequest ByMilter = OverPolicy with { SeesMessage = true, Instance = "f00.1" };

    private readonly ManualClock clock = new();
    private readonly ChargedRecipients charged;

    public ChargedRecipientsTests()
    {
        var policy = Mail.Policy with
        {
            Limits =
            [
                new Limit { Name = "limit", Key = LimitKey.Recipient, Unit = LimitUnit.Messages, Amount = 1, Window = TimeSpan.FromHours(1), Action = Verdict.Defer },
            ],
        };
        charged = new ChargedRecipients(() => policy, clock);
    }

    [Fact]
    public void Recipient_that_the_policy_protocol_was_asked_about_has_one_name_for_both()
    {
        charged.Note(OverPolicy, Decision.Dunno);
        Assert.Equal(OverPolicy.Instance, charged.Name(ByMilter).Instance);
    }

    [Fact]
    public void It_is_so_once_for_the_next_message_is_another()
    {
        charged.Note(OverPolicy, Decision.Dunno);
        charged.Name(ByMilter);
        Assert.Equal(ByMilter.Instance, charged.Name(ByMilter).Instance);
    }

    [Fact]
    public void Another_session_recipient_or_sender_is_another()
    {
        charged.Note(OverPolicy, Decision.Dunno);
        Assert.Equal(ByMilter.Instance, charged.Name(ByMilter with { ClientPort = 4712 }).Instance);
        Assert.Equal(ByMilter.Instance, charged.Name(ByMilter with { Recipient = "bob@truenorth.local" }).Instance);
        Assert.Equal(ByMilter.Instance, charged.Name(ByMilter with { EnvelopeSender = "" }).Instance);
        Assert.Equal(ByMilter.Instance, charged.Name(ByMilter with { Stage = SmtpStage.Mail }).Instance);
    }

    [Fact]
    public void What_is_not_asked_for_soon_is_forgotten()
    {
        charged.Note(OverPolicy, Decision.Dunno);
        clock.Advance(ChargedRecipients.KeepTime + TimeSpan.FromSeconds(1));
        Assert.Equal(ByMilter.Instance, charged.Name(ByMilter).Instance);
    }

    [Fact]
    public void No_more_than_a_bounded_number_is_kept_the_newest()
    {
        for (var port = 1; port <= ChargedRecipients.MaxKept + 1; port++) charged.Note(OverPolicy with { ClientPort = port }, Decision.Dunno);
        Assert.Equal(ByMilter.Instance, charged.Name(ByMilter with { ClientPort = 1 }).Instance);
        Assert.Equal(OverPolicy.Instance, charged.Name(ByMilter with { ClientPort = ChargedRecipients.MaxKept + 1 }).Instance);
    }
}
