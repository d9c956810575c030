using System.Text.RegularExpressions;
using PolicyDaemon.Hosting;
using PolicyDaemon.Wire.Lmtp;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

/// <summary>The figures of <c>docs/lmtp.md</c> are those of the code.</summary>
public sealed class LmtpDocumentationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "lmtp.md"));

    [Fact]
    public void Bounds_are_those_of_the_code()
    {
        Assert.Equal($"{LmtpConnection.MaxConnections}", Bound("connections of Postfix"));
        Assert.Equal($"{LmtpLimits.MaxCommandBytes} octets", Bound("a command"));
        Assert.Equal($"{LmtpLimits.MaxRecipients}", Bound("recipients of a message"));
        Assert.Equal($"{LmtpLimits.MaxBadCommands}", Bound("commands that are none, before the session ends"));
        Assert.Equal($"{LmtpLimits.PeerTime.TotalSeconds} s", Bound("Postfix's silence"));
        Assert.Contains($"kept for {LmtpLimits.IdleTime.TotalSeconds} s for the next message, at most {LmtpLimits.MaxIdleConnections}", Page, StringComparison.Ordinal);
        Assert.Contains($"asked last for {LmtpLimits.RestTime.TotalSeconds} s", Page, StringComparison.Ordinal);
        Assert.Contains($"more than {LmtpLimits.MaxHops} `Received` fields", Page, StringComparison.Ordinal);
        Assert.Contains($"for {LmtpLimits.SlotTime.TotalSeconds} s (`lmtp.recipientConcurrency`); for {LmtpLimits.CrossedSlotTime.TotalSeconds} s where", Page, StringComparison.Ordinal);
        Assert.Contains($"a message that is coming has {LmtpLimits.DrainTime.TotalSeconds} s", Page, StringComparison.Ordinal);
    }

    /// <summary>Every reply of our own that stands on the page is one that the code gives.</summary>
    [Theory]
    [InlineData(nameof(BodyFault.BareNewline), "554 5.5.2"), InlineData(nameof(BodyFault.Nul), "554 5.6.0"), InlineData(nameof(BodyFault.TooManyHops), "554 5.4.6")]
    public void Refusals_of_a_message_are_on_the_page(string fault, string reply)
    {
        Assert.Contains($"`{reply}`", Page, StringComparison.Ordinal);
        Assert.StartsWith(reply, FaultVerdict.Of(Enum.Parse<BodyFault>(fault)).Reply.Text, StringComparison.Ordinal);
    }

    private static string Bound(string what) =>
        Regex.Match(Page, $@"^\| {Regex.Escape(what)} \| (?<bound>[^|]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture).Groups["bound"].Value;
}
