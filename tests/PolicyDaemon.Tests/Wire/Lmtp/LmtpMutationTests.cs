using System.Text;
using PolicyDaemon.Engine.Deliveries;
using Xunit;

namespace PolicyDaemon.Tests.Wire.Lmtp;

/// <summary>A session, and a backend's replies, with octets changed: always an end, never a fault, and nothing acknowledged that was not.</summary>
public sealed class LmtpMutationTests
{
    private const int Variants = 1500;

    private static readonly byte[] Session = Encoding.Latin1.GetBytes(
        "LHLO mx\r\nXFORWARD NAME=c ADDR=IPV6:2001:db8::1 IDENT=4X1\r\nMAIL FROM:<a@example.org> BODY=8BITMIME\r\nRCPT TO:<b@example.org>\r\nRCPT TO:<\"c d\"@example.org>\r\nDATA\r\n" +
        "Received: x\r\nSubject: x\r\n\r\n..x\r\ny\r\n.\r\nRSET\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nz\r\n.\r\nQUIT\r\n");

    [Fact]
    public async Task Session_with_changed_octets_ends_and_acknowledges_what_the_backend_has()
    {
        Mutator mutator = new(20260301);
        for (var i = 0; i < Variants; i++)
        {
            ScriptedBackend store = new();
            ManualClock clock = new();
            LmtpTalk talk = new(LmtpTalk.BackendsOf(store, clock), clock);
            var variant = mutator.Mutate(Session);
            await talk.SendAsync(Encoding.Latin1.GetString(variant));
            await talk.DisposeAsync();
            Assert.True(talk.Record.All.Count(delivery => delivery.Outcome == DeliveryOutcome.Stored) >= store.Messages.Count, Encoding.Latin1.GetString(variant));
            Assert.All(store.Messages, message => Assert.DoesNotContain(".", message.Split('\r', '\n')));
        }
    }

    [Theory]
    [InlineData(""), InlineData("LHLO"), InlineData("MAIL"), InlineData("RCPT"), InlineData("DATA"), InlineData(".")]
    public async Task Replies_with_changed_octets_store_nothing_that_was_not_acknowledged(string command)
    {
        var usual = command switch
        {
            "" => "220 store LMTP ready\r\n",
            "LHLO" => "250-store\r\n250-8BITMIME\r\n250-SIZE 1000\r\n250 PIPELINING\r\n",
            "DATA" => "354 go on\r\n",
            _ => "250-2.0.0 two\r\n250 2.0.0 lines\r\n",
        };
        Mutator mutator = new(command.Length);
        for (var i = 0; i < Variants / 6; i++)
        {
            var said = Encoding.Latin1.GetString(mutator.Mutate(Encoding.Latin1.GetBytes(usual)));
            ScriptedBackend store = new();
            store.Say(command, said.Length == 0 ? null : said);
            ManualClock clock = new();
            LmtpTalk talk = new(LmtpTalk.BackendsOf(store, clock), clock);
            await talk.SendAsync(Encoding.Latin1.GetString(Session));
            for (var waits = 0; waits < 8 && !talk.Session.IsCompleted; waits++) clock.Advance(TimeSpan.FromSeconds(100));
            await talk.DisposeAsync();

            // Two recipients of the first message, one of the second.
            Assert.True(talk.Record.All.Count(delivery => delivery.Outcome == DeliveryOutcome.Stored) <= (2 * store.Messages.Count), said);
        }
    }
}
