using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Telemetry;

/// <summary>The decoders and rules under docs/wazuh on the lines that the daemon writes, decoded as Wazuh does: the expressions of the parent's children in order, by PCRE2.</summary>
public sealed class WazuhRulesTests
{
    private static readonly XElement[] Decoders = [.. Read("policydaemon_decoders.xml").Elements("decoder").Where(decoder => decoder.Element("parent") is not null)];

    private static readonly XElement[] Rules = [.. Read("policydaemon_rules.xml").Descendants("rule")];

    [Theory]
    [InlineData("198.51.100.7", "imap", "alice", "password_wrong imap 198.51.100.7 alice")]
    [InlineData("2001:db8::1", "", "alice", "password_wrong \"\" 2001:db8::1 alice")]
    [InlineData("198.51.100.7", "a\" client_address=203.0.113.9 account=x secured=", "alice", "password_wrong \"a\\\" client_address=203.0.113.9 account=x secured=\" 198.51.100.7 alice")]
    [InlineData("198.51.100.7", "smtp", "a b\"", "password_wrong smtp 198.51.100.7 \"a b\\\"\"")]
    public void Refused_login_tells_who_and_from_where(string client, string service, string account, string expected)
    {
        string line = Write(log => new AuthenticationLog(log, new DaemonMetrics()).OnAuthentication(
            new AuthenticationRequest { Login = "login_refused client_address=203.0.113.9", Password = new Password("x"u8), ClientAddress = IPAddress.Parse(client), Service = service },
            AuthenticationAnswer.Refused(Reason.PasswordWrong, Mail.Account("alice") with { Name = account }),
            TimeSpan.Zero));

        Dictionary<string, string> fields = Decode(line);
        Assert.Equal(("login_refused", expected), (fields["action"], string.Join(' ', fields["status"], fields["protocol"], fields["srcip"], fields["dstuser"])));
        Assert.Equal("5", LevelOf(fields));
    }

    [Theory]
    [InlineData("network 198.51.100.7/32", "network", "198.51.100.7/32")]
    [InlineData("login alice@truenorth.local", "login", "alice@truenorth.local")]
    public void Lock_tells_what_is_locked(string key, string kind, string subject)
    {
        Dictionary<string, string> fields = Decode(Write(log => new GuardLog(log).Locked(new GuardLock(key, DateTimeOffset.UnixEpoch))));
        Assert.Equal((kind, subject), (fields["kind"], fields["subject"]));
        Assert.Equal("10", LevelOf(fields));
    }

    [Fact]
    public void Rules_use_only_events_that_there_are_and_fields_that_are_decoded()
    {
        Assert.All(Rules.Elements("action"), action => Assert.Contains(action.Value, (string[])[LogEvents.LoginAccepted, LogEvents.LoginRefused, LogEvents.LoginDeferred, LogEvents.GuessingLocked]));
        string[] decoded = [.. Decoders.SelectMany(decoder => decoder.Element("order")!.Value.Split(", "))];
        Assert.All(Rules.Elements("description").SelectMany(text => Regex.Matches(text.Value, @"\$\((\w+)\)")), match => Assert.Contains(match.Groups[1].Value, decoded));
    }

    private static XElement Read(string file) =>
        XElement.Parse($"<all>{File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "wazuh", file))}</all>");

    /// <summary>Without time and level, which Wazuh has taken off before.</summary>
    private static string Write(Action<DaemonLog> write)
    {
        using LogLines lines = new();
        write(lines.Log);
        return Assert.Single(lines.Written).Split(' ', 3)[2];
    }

    private static Dictionary<string, string> Decode(string line)
    {
        foreach (XElement decoder in Decoders)
        {
            Assert.Equal("pcre2", decoder.Element("regex")!.Attribute("type")?.Value);
            string[] groups = Pcre2.Match(decoder.Element("regex")!.Value, line);
            if (groups.Length == 0) continue;
            string[] order = decoder.Element("order")!.Value.Split(", ");
            Assert.Equal(order.Length, groups.Length - 1);
            return order.Zip(groups[1..]).ToDictionary(pair => pair.First, pair => pair.Second);
        }

        throw new Xunit.Sdk.XunitException($"no decoder for {line}");
    }

    private static string LevelOf(Dictionary<string, string> fields) =>
        Assert.Single(Rules, rule => rule.Element("action")?.Value == fields["action"]).Attribute("level")!.Value;
}
