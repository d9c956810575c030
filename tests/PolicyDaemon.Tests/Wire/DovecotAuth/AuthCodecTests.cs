using System.Buffers;
using System.Globalization;
using System.Text;
using PolicyDaemon.Wire.DovecotAuth;
using PolicyDaemon.Wire.Framing;
using Xunit;

namespace PolicyDaemon.Tests.Wire.DovecotAuth;

public sealed class AuthCodecTests
{
    private const string Client = "dovecot-auth/client";
    private const string Master = "dovecot-auth/master";

    public static TheoryData<string, string> GoodNames => [.. All("good")];

    public static TheoryData<string, string> BadNames => [.. All("bad")];

    [Theory]
    [MemberData(nameof(GoodNames))]
    [MemberData(nameof(BadNames))]
    public void Lines_read_as_expected(string folder, string name) =>
        Assert.Equal(Corpus.ExpectedText(folder, name), Read(folder, new ReadOnlySequence<byte>(Corpus.Bytes(folder, name))));

    [Theory]
    [MemberData(nameof(GoodNames))]
    [MemberData(nameof(BadNames))]
    public void Lines_split_at_any_byte_read_the_same(string folder, string name)
    {
        var bytes = Corpus.Bytes(folder, name);
        var step = bytes.Length < 2000 ? 1 : 251;
        for (var cut = 0; cut <= bytes.Length; cut += step)
        {
            Assert.Equal(Corpus.ExpectedText(folder, name), Read(folder, new ReadOnlySequence<byte>(bytes, 0, cut), new ReadOnlySequence<byte>(bytes, cut, bytes.Length - cut)));
            Assert.Equal(Corpus.ExpectedText(folder, name), Read(folder, Segments.Of(bytes, cut)));
        }
    }

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void Lines_fed_byte_by_byte_read_the_same(string folder, string name) =>
        Assert.Equal(
            Corpus.ExpectedText(folder, name),
            Read(folder, [.. Corpus.Bytes(folder, name).Select(octet => new ReadOnlySequence<byte>([octet]))]));

    [Fact]
    public void Line_that_never_ends_is_refused_as_soon_as_it_is_too_long()
    {
        AuthClientCodec codec = new();
        ReadOnlySequence<byte> input = new(Encoding.ASCII.GetBytes("AUTH\t1\tPLAIN\t" + new string('x', AuthLimits.MaxClientLineBytes - 13)));
        Assert.Equal(AuthReadStatus.Incomplete, codec.Read(ref input, out _));
        Assert.True(codec.HasPart);
        input = new("x"u8.ToArray());
        Assert.Equal(AuthReadStatus.Malformed, codec.Read(ref input, out _));
    }

    /// <summary>A password may stand in the line, or in one that was split or joined wrongly.</summary>
    [Fact]
    public void What_is_wrong_with_a_line_never_quotes_it()
    {
        foreach (var (folder, name) in All("bad"))
        {
            var outcome = Read(folder, new ReadOnlySequence<byte>([.. Corpus.Bytes(folder, name)]));
            Assert.DoesNotContain("AGEAYg", outcome, StringComparison.Ordinal);
            Assert.DoesNotContain("bob", outcome, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Commands_print_no_password()
    {
        AuthClientCodec codec = new();
        ReadOnlySequence<byte> input = new("AUTH\t1\tPLAIN\tresp=AGJvYgBib2ItcHc=\n"u8.ToArray());
        Assert.Equal(AuthReadStatus.Command, codec.Read(ref input, out var command));
        Assert.Matches("^Auth { Id = 1, .*Response = SaslResponse }$", $"{command}");
    }

    /// <summary>Every variant ends in commands or a refusal; what is refused says why in printable ASCII.</summary>
    [Fact]
    public void Mutated_lines_are_read_or_refused()
    {
        Mutator mutator = new(20260102);
        var outcomes = new int[3];
        foreach (var (folder, name) in All("good").Concat(All("bad")))
        {
            var original = Corpus.Bytes(folder, name);
            for (var round = 0; round < (original.Length < 2000 ? 150 : 5); round++)
            {
                var bytes = mutator.Mutate(original);
                if (folder.StartsWith(Client, StringComparison.Ordinal)) Feed(new AuthClientCodec(), bytes, outcomes);
                else Feed(new AuthMasterCodec(), bytes, outcomes);
            }
        }

        Assert.All(outcomes, count => Assert.True(count > 100));
    }

    private static void Feed<TCommand>(AuthCodec<TCommand> codec, byte[] bytes, int[] outcomes)
        where TCommand : class
    {
        ReadOnlySequence<byte> input = new(bytes);
        AuthReadStatus status;
        do
        {
            status = codec.Read(ref input, out var command);
            outcomes[(int)status]++;
            Assert.Equal(status == AuthReadStatus.Command, command is not null);
        }
        while (status == AuthReadStatus.Command);

        Assert.Equal(status == AuthReadStatus.Malformed, codec.IsMalformed);
        Assert.DoesNotContain(codec.Error, character => character is < ' ' or > '~');
        if (status == AuthReadStatus.Incomplete) Assert.True(input.IsEmpty);
    }

    private static IEnumerable<(string Folder, string Name)> All(string kind) =>
        ((string[])[$"{Client}/{kind}", $"{Master}/{kind}"]).SelectMany(folder => Corpus.Names(folder).Select(name => (folder, name)));

    private static string Read(string folder, params IReadOnlyList<ReadOnlySequence<byte>> pieces) => folder.StartsWith(Client, StringComparison.Ordinal)
        ? Read(new AuthClientCodec(), pieces, Describe)
        : Read(new AuthMasterCodec(), pieces, Describe);

    private static string Read<TCommand>(AuthCodec<TCommand> codec, IReadOnlyList<ReadOnlySequence<byte>> pieces, Func<TCommand, string> describe)
        where TCommand : class
    {
        List<string> outcomes = [];
        foreach (var piece in pieces)
        {
            var input = piece;
            while (codec.Read(ref input, out var command) == AuthReadStatus.Command) outcomes.Add(describe(command!));
            if (!codec.IsMalformed) continue;
            outcomes.Add("malformed: " + codec.Error);
            break;
        }

        if (codec is { HasPart: true, IsMalformed: false }) outcomes.Add("incomplete");
        return string.Join('\n', outcomes);
    }

    private static string Describe(AuthClientCommand command) => command switch
    {
        AuthClientCommand.Version said => $"VERSION {said.Major}.{said.Minor}",
        AuthClientCommand.ClientProcess said => $"CPID {said.Id}",
        AuthClientCommand.Auth auth => string.Join(' ', DescribeParts(auth)),
        AuthClientCommand.Continue step => $"CONT {step.Id}{Describe(step.Response, " ")}",
        AuthClientCommand.Cancel cancel => $"CANCEL {cancel.Id}",
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    private static IEnumerable<string> DescribeParts(AuthClientCommand.Auth auth)
    {
        yield return $"AUTH {auth.Id} {auth.Mechanism}";
        if (auth.Parameters.Service.Length > 0) yield return $"service={auth.Parameters.Service}";
        if (auth.Parameters.ClientAddress is { } address) yield return $"rip={address}";
        if (auth.Parameters.IsSecured) yield return "secured";
        if (auth.Parameters.IsVerdictOnly) yield return "nologin";
        if (auth.Parameters.Session.Length > 0) yield return $"session={Escape(auth.Parameters.Session)}";
        if (auth.Response is { } response) yield return "resp" + Describe(response, "=");
    }

    private static string Describe(SaslResponse response, string separator) =>
        response.Octets is { } octets ? separator + string.Concat(octets.Select(octet => PeerText.Escape([octet]))) : "!";

    private static string Describe(AuthMasterCommand command) => command switch
    {
        AuthMasterCommand.Version said => $"VERSION {said.Major}.{said.Minor}",
        AuthMasterCommand.User user => $"USER {user.Id} {Escape(user.Name)}{Service(user.Service)}",
        AuthMasterCommand.Pass pass => $"PASS {pass.Id} {Escape(pass.Name)}{Service(pass.Service)}",
        AuthMasterCommand.List list => $"LIST {list.Id} {list.Mask}",
        AuthMasterCommand.Request request => $"REQUEST {request.Id} {request.ClientProcess} {request.AuthId} {request.Cookie}",
        AuthMasterCommand.CacheFlush flush => string.Join(' ', [$"CACHE-FLUSH {flush.Id}", .. flush.Users]),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    private static string Service(string service) => service.Length > 0 ? $" service={service}" : "";

    private static string Escape(string text) => text.Length > 200
        ? string.Create(CultureInfo.InvariantCulture, $"{text.Length} characters")
        : string.Concat(Encoding.UTF8.GetBytes(text).Select(octet => PeerText.Escape([octet])));
}
