using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using PolicyDaemon.Wire.PostfixPolicy;
using Xunit;

namespace PolicyDaemon.Tests.Wire.PostfixPolicy;

public sealed class PolicyCodecTests
{
    private const string Good = "postfix-policy/good";
    private const string Bad = "postfix-policy/bad";
    private const string Head = "request=smtpd_access_policy\nprotocol_state=RCPT\n";

    public static TheoryData<string> GoodNames => [.. Corpus.Names(Good)];

    public static TheoryData<string> BadNames => [.. Corpus.Names(Bad)];

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void Request_reads_as_expected(string name) =>
        Assert.Equal(Corpus.ExpectedText(Good, name), Read(new ReadOnlySequence<byte>(Corpus.Bytes(Good, name))));

    [Theory]
    [MemberData(nameof(BadNames))]
    public void Malformed_request_is_refused_for_the_expected_reason(string name) =>
        Assert.Equal("malformed: " + Corpus.ExpectedText(Bad, name), Read(new ReadOnlySequence<byte>(Corpus.Bytes(Bad, name))));

    [Theory]
    [MemberData(nameof(GoodNames))]
    [MemberData(nameof(BadNames))]
    public void Request_split_at_any_byte_reads_the_same(string name)
    {
        var bytes = Corpus.Bytes(Corpus.Names(Good).Contains(name) ? Good : Bad, name);
        var whole = Read(new ReadOnlySequence<byte>(bytes));
        var step = bytes.Length < 10_000 ? 1 : 251;
        for (var cut = 0; cut <= bytes.Length; cut += step)
        {
            Assert.Equal(whole, Read(new ReadOnlySequence<byte>(bytes, 0, cut), new ReadOnlySequence<byte>(bytes, cut, bytes.Length - cut)));
            Assert.Equal(whole, Read(Segments.Of(bytes, cut)));
        }
    }

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void Request_fed_byte_by_byte_reads_the_same(string name)
    {
        var bytes = Corpus.Bytes(Good, name);
        Assert.Equal(Corpus.ExpectedText(Good, name), Read([.. bytes.Select(octet => new ReadOnlySequence<byte>([octet]))]));
    }

    [Fact]
    public void Truncated_request_is_incomplete()
    {
        var bytes = Corpus.Bytes(Good, "postfix-3.7-authenticated");
        for (var length = 0; length < bytes.Length; length++)
        {
            PolicyCodec codec = new();
            ReadOnlySequence<byte> input = new(bytes, 0, length);
            Assert.Equal(PolicyReadStatus.Incomplete, codec.Read(ref input, out _));
            Assert.True(input.IsEmpty);
            Assert.Equal(length > 0, codec.HasPart);
        }
    }

    [Fact]
    public void Nothing_of_a_request_is_left_in_the_next()
    {
        var full = Encoding.UTF8.GetString(Corpus.Bytes(Good, "postfix-3.10-attributes"));
        Assert.EndsWith("\n\nprotocol_state=HELO", Read(Sequence(full + Encoding.UTF8.GetString(Corpus.Bytes(Good, "fewest-attributes")))));
    }

    [Fact]
    public void Line_that_never_ends_is_refused_as_soon_as_it_is_too_long()
    {
        PolicyCodec codec = new();
        var input = Sequence("request=smtpd_access_policy\nsender=" + new string('s', PolicyLimits.MaxLineBytes - 7));
        Assert.Equal(PolicyReadStatus.Incomplete, codec.Read(ref input, out _));
        input = Sequence("s");
        Assert.Equal(PolicyReadStatus.Malformed, codec.Read(ref input, out _));
    }

    [Fact]
    public void Request_that_never_ends_is_refused_as_soon_as_it_is_too_long()
    {
        PolicyCodec codec = new();
        var input = Sequence("request=smtpd_access_policy\n");
        var sent = input.Length;
        while (codec.Read(ref input, out _) == PolicyReadStatus.Incomplete)
        {
            input = Sequence("x=" + new string('p', 997) + "\n");
            sent += input.Length;
            Assert.True(sent < PolicyLimits.MaxRequestBytes + 1000);
        }

        Assert.StartsWith("request longer than 65536 octets", codec.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("2001:db8::1")]
    [InlineData("::ffff:192.0.2.7")]
    [InlineData("fe80::1%2")]
    public void Client_address_is_read(string text) =>
        Assert.Equal(IPAddress.Parse(text), ReadOne($"{Head}client_address={text}\n\n").ClientAddress);

    [Theory]
    [InlineData("")]
    [InlineData("client_address=\n")]
    [InlineData("client_address=unknown\n")]
    public void Unknown_client_address_is_null(string line) => Assert.Null(ReadOne($"{Head}{line}\n").ClientAddress);

    [Theory]
    [InlineData("")]
    [InlineData("size=\nrecipient_count=\n")]
    [InlineData("size=0\nrecipient_count=0\n")]
    public void Number_that_is_not_said_is_0(string lines)
    {
        var request = ReadOne($"{Head}{lines}\n");
        Assert.Equal(0, request.Size);
        Assert.Equal(0, request.RecipientCount);
    }

    /// <summary>Every variant ends in requests or a refusal; what is refused says why in printable ASCII.</summary>
    [Fact]
    public void Mutated_requests_are_read_or_refused()
    {
        Mutator mutator = new(20260101);
        var outcomes = new int[3];
        foreach (var (folder, name) in Corpus.Names(Good).Select(name => (Good, name)).Concat(Corpus.Names(Bad).Select(name => (Bad, name))))
        {
            var original = Corpus.Bytes(folder, name);
            for (var round = 0; round < (original.Length < 10_000 ? 100 : 5); round++)
            {
                PolicyCodec codec = new();
                ReadOnlySequence<byte> input = new(mutator.Mutate(original));
                PolicyReadStatus status;
                do
                {
                    status = codec.Read(ref input, out _);
                    outcomes[(int)status]++;
                }
                while (status == PolicyReadStatus.Request);

                Assert.Equal(status == PolicyReadStatus.Malformed, codec.IsMalformed);
                Assert.DoesNotContain(codec.Error, character => character is < ' ' or > '~');
                if (status == PolicyReadStatus.Incomplete) Assert.True(input.IsEmpty);
            }
        }

        Assert.All(outcomes, count => Assert.True(count > 100));
    }

    [Theory]
    [InlineData("DUNNO")]
    [InlineData("554 5.7.1 Sending is disabled for this account")]
    [InlineData("HOLD policydaemon: blocked_login")]
    public void Action_is_one_line_and_an_empty_one(string action)
    {
        ArrayBufferWriter<byte> output = new();
        PolicyCodec.WriteAction(output, action);
        Assert.Equal($"action={action}\n\n", Encoding.ASCII.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("DUNNO\n")]
    [InlineData("554 5.7.1 a\nb")]
    [InlineData("554 5.7.1 \u00fc")]
    public void Action_that_postfix_would_misread_is_never_written(string action)
    {
        ArrayBufferWriter<byte> output = new();
        Assert.Throws<ArgumentException>(() => PolicyCodec.WriteAction(output, action));
        Assert.Equal(0, output.WrittenCount);
    }

    private static PolicyRequest ReadOne(string text)
    {
        PolicyCodec codec = new();
        var input = Sequence(text);
        Assert.Equal(PolicyReadStatus.Request, codec.Read(ref input, out var request));
        Assert.True(input.IsEmpty);
        return request;
    }

    private static ReadOnlySequence<byte> Sequence(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Everything in the input as the corpus writes it down.</summary>
    private static string Read(params IReadOnlyList<ReadOnlySequence<byte>> pieces)
    {
        PolicyCodec codec = new();
        List<string> outcomes = [];
        foreach (var piece in pieces)
        {
            var input = piece;
            PolicyReadStatus status;
            while ((status = codec.Read(ref input, out var request)) == PolicyReadStatus.Request) outcomes.Add(Describe(request));
            if (status != PolicyReadStatus.Malformed) continue;
            outcomes.Add("malformed: " + codec.Error);
            break;
        }

        if (codec is { HasPart: true, IsMalformed: false }) outcomes.Add("incomplete");
        return string.Join("\n\n", outcomes);
    }

    private static string Describe(PolicyRequest request)
    {
        var state = request.ProtocolState == ProtocolState.EndOfMessage ? "END-OF-MESSAGE" : request.ProtocolState.ToString().ToUpperInvariant();
        (string Name, string? Value)[] values =
        [
            ("protocol_state", state),
            ("client_address", request.ClientAddress?.ToString()),
            ("client_name", request.ClientName),
            ("helo_name", request.HeloName),
            ("sender", request.Sender),
            ("recipient", request.Recipient),
            ("recipient_count", Number(request.RecipientCount)),
            ("queue_id", request.QueueId),
            ("instance", request.Instance),
            ("size", Number(request.Size)),
            ("sasl_username", request.SaslUsername),
            ("policy_context", request.PolicyContext),
        ];
        return string.Join('\n', values.Where(value => !string.IsNullOrEmpty(value.Value)).Select(value => $"{value.Name}={Cut(value.Value!)}"));
    }

    private static string Number(long number) => number == 0 ? "" : number.ToString(CultureInfo.InvariantCulture);

    private static string Cut(string value) => value.Length > 200 ? $"{value.Length} characters" : value;
}
