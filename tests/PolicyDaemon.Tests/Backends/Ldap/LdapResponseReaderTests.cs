using System.Text;
using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

public sealed class LdapResponseReaderTests
{
    private const string SyncState = "1.3.6.1.4.1.4203.1.9.1.2";

    /// <summary>One of each kind, by name.</summary>
    public static TheoryData<string> Kinds => [.. Messages.Keys];

    private static readonly Dictionary<string, byte[]> Messages = new(StringComparer.Ordinal)
    {
        ["bind"] = LdapReplies.Bind(1, LdapResultCode.InvalidCredentials, "no"),
        ["entry"] = LdapReplies.Entry(2, "uid=alice,dc=x", ("mail", ["a@x", "b@x"]), ("uid", ["alice"])),
        ["entry with control"] = LdapReplies.Entry(3, "uid=bob,dc=x", [("uid", ["bob"])], [new LdapControl(SyncState, true, [1, 2, 3])]),
        ["done"] = LdapReplies.Done(4),
        ["extended"] = LdapReplies.Extended(5, LdapResultCode.ProtocolError, "1.2.3", [9]),
        ["intermediate"] = LdapReplies.Intermediate(6, "1.3.6.1.4.1.4203.1.9.1.4", [0xa1, 0]),
        ["reference"] = LdapReplies.Reference(7, "ldap://elsewhere/"),
        ["large entry"] = LdapReplies.Entry(8, "cn=big", ("member", [.. Enumerable.Range(0, 300).Select(i => $"uid=u{i},dc=x")])),
    };

    [Fact]
    public void Entry_has_its_dn_and_its_values_in_order_whatever_the_case_of_the_name()
    {
        var message = LdapResponseReader.Read(Messages["entry"]);
        var entry = Assert.IsType<LdapSearchEntry>(message.Response).Entry;
        Assert.Equal(2, message.Id);
        Assert.Equal("uid=alice,dc=x", entry.Dn);
        Assert.Equal(["a@x", "b@x"], entry.Texts("MAIL"));
        Assert.Empty(entry.Texts("userPassword"));
    }

    [Fact]
    public void Attribute_in_two_parts_has_the_values_of_both()
    {
        var message = LdapResponseReader.Read(LdapReplies.Entry(1, "cn=x", ("sendAllowed", ["FALSE"]), ("SENDALLOWED", ["TRUE"])));
        Assert.Equal(["FALSE", "TRUE"], Assert.IsType<LdapSearchEntry>(message.Response).Entry.Texts("sendAllowed"));
    }

    [Fact]
    public void Result_has_code_and_diagnostic()
    {
        var bind = Assert.IsType<LdapBindResponse>(LdapResponseReader.Read(Messages["bind"]).Response);
        Assert.Equal(new LdapResult(LdapResultCode.InvalidCredentials, "no"), bind.Result);
        Assert.Equal("invalidCredentials (49): no", bind.Result.ToString());
    }

    [Theory]
    [InlineData(0x1000, "syncRefreshRequired (4096)")]
    [InlineData(4242, "result (4242)")]
    [InlineData(51, "busy (51)")]
    public void Result_code_outside_the_list_is_kept(int code, string expected)
    {
        var done = Assert.IsType<LdapSearchDone>(LdapResponseReader.Read(LdapReplies.Done(1, (LdapResultCode)code)).Response);
        Assert.Equal(expected, done.Result.ToString());
    }

    [Fact]
    public void Diagnostic_of_a_server_becomes_one_short_line()
    {
        var result = new LdapResult(LdapResultCode.Other, "a\r\nb\0" + new string('x', 500));
        Assert.StartsWith("other (80): a  b?x", result.ToString(), StringComparison.Ordinal);
        Assert.True(result.ToString().Length < 250);
    }

    [Fact]
    public void Controls_of_an_entry_are_read()
    {
        var control = Assert.Single(LdapResponseReader.Read(Messages["entry with control"]).Controls);
        Assert.Equal(SyncState, control.Oid);
        Assert.True(control.IsCritical);
        Assert.Equal([1, 2, 3], control.Value);
    }

    [Fact]
    public void Extended_and_intermediate_responses_have_name_and_value()
    {
        var extended = Assert.IsType<LdapExtendedResponse>(LdapResponseReader.Read(Messages["extended"]).Response);
        Assert.Equal(("1.2.3", LdapResultCode.ProtocolError), (extended.Name, extended.Result.Code));
        Assert.Equal([9], extended.Value);
        var info = Assert.IsType<LdapIntermediateResponse>(LdapResponseReader.Read(Messages["intermediate"]).Response);
        Assert.Equal("1.3.6.1.4.1.4203.1.9.1.4", info.Name);
        Assert.Equal([0xa1, 0], info.Value);
    }

    [Fact]
    public void Operation_nobody_sends_to_clients_is_named_by_its_tag() =>
        Assert.Equal(new LdapOtherResponse(9), LdapResponseReader.Read(LdapReplies.Message(1, 9, _ => { })).Response);

    [Theory]
    [InlineData("3000")]
    [InlineData("30050201ff6500")] // negative id
    [InlineData("300702050100000000")] // id beyond 32 bits
    [InlineData("300c02010165070a010004000400ff")] // octets after the message
    [InlineData("300c0201016507020100040004 00")] // INTEGER for ENUMERATED
    [InlineData("300d02010165080a02ff0004000400")] // negative result code
    [InlineData("3005020101300 0")] // an operation without application tag
    [InlineData("300702010164020405")] // a DN longer than the message
    [InlineData("3080020101")] // indefinite length without end
    public void Malformed_message_is_refused(string hex) =>
        Assert.Throws<LdapProtocolException>(() => LdapResponseReader.Read(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));

    [Fact]
    public void More_controls_than_any_server_sends_are_refused()
    {
        var controls = Enumerable.Repeat(new LdapControl("1.2", false, null), LdapResponseReader.MaxControls + 1).ToArray();
        Assert.Throws<LdapProtocolException>(() => LdapResponseReader.Read(LdapReplies.Entry(1, "cn=x", [], controls)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Message_cut_at_any_octet_is_refused(string kind)
    {
        var message = Messages[kind];
        for (var length = 0; length < message.Length; length++)
        {
            Assert.Throws<LdapProtocolException>(() => LdapResponseReader.Read(message.AsMemory(0, length)));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Changed_message_is_read_or_refused_and_nothing_else(string kind)
    {
        var random = new Random(20260701);
        var refused = 0;
        for (var round = 0; round < 4000; round++)
        {
            var message = Mutate(Messages[kind], random);
            try
            {
                LdapResponseReader.Read(message);
            }
            catch (LdapProtocolException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 3990);
    }

    [Fact]
    public void Values_that_are_no_utf8_become_text_that_equals_nothing()
    {
        var message = LdapReplies.Entry(1, "cn=x", ("a", ["TRUE"]));
        message.AsSpan().Slice(message.AsSpan().IndexOf(Encoding.ASCII.GetBytes("TRUE")), 1)[0] = 0xff;
        Assert.Equal(["\ufffdRUE"], Assert.IsType<LdapSearchEntry>(LdapResponseReader.Read(message).Response).Entry.Texts("a"));
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var message = (byte[])original.Clone();
        for (var changes = random.Next(1, 5); changes > 0; changes--) message[random.Next(message.Length)] = (byte)random.Next(256);
        if (random.Next(4) == 0) message = message[..random.Next(message.Length)];
        if (random.Next(4) == 0) message = [.. message, .. message.AsSpan(random.Next(message.Length))];
        return message;
    }
}
