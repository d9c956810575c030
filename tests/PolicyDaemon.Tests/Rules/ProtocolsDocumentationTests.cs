using System.Text;
using System.Text.RegularExpressions;
using PolicyDaemon.AuthHttp;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Messages;
using PolicyDaemon.Wire.DovecotAuth;
using PolicyDaemon.Wire.Milter;
using PolicyDaemon.Wire.PostfixPolicy;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

public sealed partial class ProtocolsDocumentationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "protocols.md"));

    private static readonly (string Name, string Use)[] Attributes =
        [.. AttributeRow().Matches(Page).Select(match => (match.Groups["name"].Value, match.Groups["use"].Value))];

    [Fact]
    public void Every_policy_attribute_is_listed_in_the_order_on_the_wire() =>
        Assert.Equal(PolicyAttributes.Names, Attributes.Select(row => row.Name));

    [Fact]
    public void Policy_attributes_listed_as_dropped_are_those_that_change_nothing()
    {
        var listed = Attributes.Where(row => row.Use.StartsWith("dropped", StringComparison.Ordinal)).Select(row => row.Name);
        var dropped = PolicyAttributes.Names.Where((_, i) => i != (int)PolicyAttribute.Request && IsDropped((PolicyAttribute)i));
        Assert.Equal(dropped, listed);
    }

    [Fact]
    public void Every_verdict_is_listed()
    {
        foreach (var verdict in Enum.GetNames<Verdict>()) Assert.Matches($@"(?m)^\| [^|]*\b{verdict}\b[^|]* \| `", Page);
    }

    [Fact]
    public void Bounds_of_the_policy_protocol_are_those_of_the_code()
    {
        Assert.Equal($"{PolicyLimits.MaxLineBytes} octets", Bound("a line, without its LF"));
        Assert.Equal($"{PolicyLimits.MaxRequestBytes} octets", Bound("a request, with its LFs"));
        Assert.Equal($"{PolicyLimits.MaxAttributes}", Bound("attributes in a request"));
        Assert.Equal($"{PolicyLimits.RequestTime.TotalSeconds} s", Bound("from a request's first octet to its last"));
        Assert.Equal($"{PolicyLimits.RequestTime.TotalSeconds} s", Bound("from a reply to its being read"));
        Assert.StartsWith($"{PolicyLimits.MaxUnsentBytes} octets", Bound("replies waiting to be sent"), StringComparison.Ordinal);
        Assert.Equal($"{PolicyLimits.DrainTime.TotalSeconds} s", Bound("a request in hand when the daemon stops"));
        Assert.Contains($"at most {QuotaStatusClient.MaxConnections} connections", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_of_the_milter_are_those_of_the_code()
    {
        Assert.Equal($"{MilterLimits.MaxContentBytes} octets", Bound("a milter packet with a header or a part of a body"));
        Assert.Equal($"{MilterLimits.MaxCommandBytes} octets", Bound("any other milter packet"));
        Assert.Equal($"{MilterLimits.MaxMacros}", Bound("macros in a packet"));
        Assert.Equal($"{MilterLimits.MaxRecipients}", Bound("recipients of a message"));
        Assert.Equal($"{MessageHeader.MaxFields}", Bound("fields of a header that are kept"));
        Assert.Equal($"{MessageHeader.MaxOctets}", Bound("octets of a header that are kept"));
        Assert.Equal($"{MilterLimits.PacketTime.TotalSeconds} s", Bound("from a packet's first octet to its last"));
        Assert.Equal($"{MilterLimits.PacketTime.TotalSeconds} s", Bound("from a connection's opening to its first packet"));
        Assert.Equal($"{MilterLimits.PacketTime.TotalSeconds} s", Bound("from a milter reply to its being read"));
        Assert.StartsWith($"{MilterLimits.MaxUnsentBytes} octets", Bound("milter replies waiting to be sent"), StringComparison.Ordinal);
        Assert.Equal($"{MilterLimits.DrainTime.TotalSeconds} s", Bound("a message in hand when the daemon stops"));
        Assert.Contains($"longer than {MilterLimits.ProgressTime.TotalSeconds} s is\nannounced", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_of_the_auth_protocols_are_those_of_the_code()
    {
        Assert.Equal($"{AuthLimits.MaxClientLineBytes} octets", Bound("a line of a client"));
        Assert.Equal($"{AuthLimits.MaxMasterLineBytes} octets", Bound("a line of a master"));
        Assert.Equal($"{AuthLimits.MaxFields}", Bound("fields of a line"));
        Assert.Equal($"{AuthLimits.MaxInFlight}", Bound("requests worked on at once on a connection"));
        Assert.Equal($"{AuthLimits.MaxConversations}", Bound("logins that wait for their next step on a connection"));
        Assert.Equal($"{AuthLimits.MaxUnsentLines}", Bound("lines waiting to be sent"));
        Assert.Equal($"{AuthLimits.HandshakeTime.TotalSeconds} s", Bound("from connecting to the end of the client's handshake"));
        Assert.Equal($"{AuthLimits.LineTime.TotalSeconds} s", Bound("from a line's first octet to its last"));
        Assert.Equal($"{AuthLimits.LineTime.TotalSeconds} s", Bound("from a line of ours to its being read"));
        Assert.Equal($"{AuthLimits.QuietTime.TotalMilliseconds} ms", Bound("auth session quiet when the daemon stops"));
        Assert.Equal($"{AuthLimits.LastRequestTime.TotalSeconds} s", Bound("auth session that is not quiet, or not greeted, when the daemon stops"));
        Assert.Equal($"{AuthLimits.DrainTime.TotalSeconds} s", Bound("auth requests in hand when the daemon stops"));
        Assert.Contains($"remembered for {LoginMemory.KeepTime.TotalMinutes} minutes, at most {LoginMemory.MaxLogins} of them", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_of_HTTP_are_those_of_the_code()
    {
        Assert.Equal($"{RequestBody.MaxBytes} octets", Bound("a body"));
        Assert.Equal($"{FormBody.MaxFields}", Bound("fields of a body"));
        Assert.Equal($"{AuthHttpListener.MaxConnections}", Bound("HTTP connections at once"));
        foreach (var path in (string[])[PassdbEndpoint.Path, UserdbEndpoint.Path, UsersEndpoint.Path, AuthPolicyEndpoint.Path]) Assert.Matches($"(?m)^\\| `(POST|GET) {path}[`?]", Page);
    }

    [Fact]
    public void Bounds_of_LDAP_are_those_of_the_code()
    {
        Assert.Equal($"{LdapFraming.MaxMessageBytes / 1024 / 1024} MiB", Bound("a message"));
        Assert.Equal($"{SyncCookie.MaxBytes / 1024} KiB", Bound("a cookie"));
        Assert.Equal($"{LdapResponseReader.MaxControls}", Bound("controls on a message"));
        Assert.Equal($"{LdapResponseReader.MaxAttributes}", Bound("attributes of an entry"));
        Assert.Equal($"{SyncExchange.MaxUnreadBytes / 1024 / 1024} MiB and one message", Bound("octets that came and are not yet in the view"));
        Assert.Contains($"at most {LdapBindServer.MaxConnections} to each server", Page, StringComparison.Ordinal);
        Assert.Contains($"one of more than {LdapBinder.MaxPasswordBytes} octets, is wrong", Page, StringComparison.Ordinal);
        Assert.Contains($"left alone for {LdapBackoff.Failure.Initial.TotalSeconds} s, longer with each failure, up to {LdapBackoff.Failure.Longest.TotalSeconds} s", Page, StringComparison.Ordinal);
    }

    private static bool IsDropped(PolicyAttribute attribute)
    {
        PolicyRequest request = default;
        var value = attribute switch
        {
            PolicyAttribute.ProtocolState => "RCPT",
            PolicyAttribute.ClientAddress => "192.0.2.7",
            _ => "1",
        };
        Assert.Null(PolicyValues.Set(ref request, default, attribute, Encoding.ASCII.GetBytes(value)));
        return request == default;
    }

    private static string Bound(string what) =>
        Regex.Match(Page, $@"^\| {Regex.Escape(what)} \| (?<bound>[^|]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture).Groups["bound"].Value;

    /// <summary>A name, the Postfix version that brought it, and what we do with it.</summary>
    [GeneratedRegex(@"^\| `(?<name>[a-z_]+)` \| \d+\.\d+ \| (?<use>.*) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex AttributeRow();
}
