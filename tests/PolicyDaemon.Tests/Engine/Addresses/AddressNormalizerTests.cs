using PolicyDaemon.Engine.Addresses;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Addresses;

public sealed class AddressNormalizerTests
{
    [Theory]
    [InlineData("Alice@TrueNorth.LOCAL", "alice@truenorth.local")]
    [InlineData("alice@truenorth.local.", "alice@truenorth.local")]
    [InlineData("alice@MÜNCHEN.example", "alice@xn--mnchen-3ya.example")]
    [InlineData("alice@XN--MNCHEN-3YA.example", "alice@xn--mnchen-3ya.example")]
    [InlineData("alice@münchen\u3002example\u3002", "alice@xn--mnchen-3ya.example")]
    [InlineData("ÄNNE@truenorth.local", "änne@truenorth.local")]
    [InlineData("alice@[192.0.2.1]", "alice@[192.0.2.1]")]
    [InlineData("q x@truenorth.local", "q x@truenorth.local")]
    [InlineData("a@b@truenorth.local", "a@b@truenorth.local")]
    [InlineData("*)(uid=*@truenorth.local", "*)(uid=*@truenorth.local")]
    public void Spellings_of_one_address_become_one_text(string typed, string expected) =>
        Assert.Equal(expected, Parse(typed)?.Text);

    [Theory]
    [InlineData("alice", "alice@origin.example")]
    [InlineData("truenorth.local!alice", "alice@truenorth.local")]
    [InlineData("alice%truenorth.local", "alice@truenorth.local")]
    [InlineData("a%b%truenorth.local", "a%b@truenorth.local")]
    [InlineData("one!two!alice", "two!alice@one")]
    [InlineData("truenorth.local!a%b", "a%b@truenorth.local")]
    public void Address_without_domain_is_read_as_Postfix_rewrites_it(string typed, string expected) =>
        Assert.Equal(expected, Parse(typed)?.Text);

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("@truenorth.local")]
    [InlineData("alice@")]
    [InlineData("alice@.")]
    [InlineData("alice@truenorth.local..")]
    [InlineData("alice@truenorth..local")]
    [InlineData("alice@.truenorth.local")]
    [InlineData("alice@true north.local")]
    [InlineData("al\0ice@truenorth.local")]
    [InlineData("alice\t@truenorth.local")]
    [InlineData("alice\u007f@truenorth.local")]
    [InlineData("alice\u0085@truenorth.local")]
    [InlineData("alice\ufffd@truenorth.local")]
    [InlineData("alice\ud800@truenorth.local")]
    [InlineData("!alice")]
    [InlineData("alice%")]
    public void Hostile_text_is_no_address(string typed) => Assert.Null(Parse(typed));

    [Theory]
    [InlineData("alice@ｔruenorth.local")]
    [InlineData("alice@true\u00adnorth.local")]
    [InlineData("alice@true\u200bnorth.local")]
    [InlineData("alice@mu\u0308nchen.example")]
    [InlineData("alice@truenorth.ⓛocal")]
    public void Domain_in_disguise_is_refused_and_not_guessed(string typed) => Assert.Null(Parse(typed));

    [Fact]
    public void Text_longer_than_a_line_of_Postfix_is_no_address()
    {
        Assert.NotNull(Parse(new string('a', 2032) + "@truenorth.local"));
        Assert.Null(Parse(new string('a', 2033) + "@truenorth.local"));
    }

    [Fact]
    public void Without_an_origin_a_bare_name_is_no_address() =>
        Assert.False(new AddressNormalizer("+").TryParse("alice", out _));

    [Fact]
    public void Pattern_may_name_a_whole_domain()
    {
        Assert.True(Mail.Normalizer.TryParsePattern("@TrueNorth.local.", out var pattern));
        Assert.True(pattern.IsCatchAll);
        Assert.Equal("@truenorth.local", pattern.Text);
        Assert.False(Mail.Normalizer.TryParsePattern("@", out _));
    }

    [Theory]
    [InlineData("+", "alice+x", "alice")]
    [InlineData("+", "alice+", "alice")]
    [InlineData("+", "alice+x+y", "alice")]
    [InlineData("+-", "alice-x+y", "alice")]
    [InlineData("+", "+alice", null)]
    [InlineData("+", "alice", null)]
    [InlineData("", "alice+x", null)]
    [InlineData("-", "owner-news", null)]
    [InlineData("-", "news-request", null)]
    [InlineData("+", "news+-request", "news")]
    [InlineData("-", "mailer-daemon", null)]
    [InlineData("-", "double-bounce", null)]
    public void Tag_is_cut_where_Postfix_cuts_it(string delimiters, string localpart, string? expected)
    {
        var normalizer = new AddressNormalizer(delimiters);
        Assert.True(normalizer.TryParse($"{localpart}@truenorth.local", out var address));

        Assert.Equal(expected is null ? null : $"{expected}@truenorth.local", normalizer.WithoutTag(address)?.Text);
    }

    [Theory]
    [InlineData("bob%truenorth.local@mx.example", "bob@truenorth.local")]
    [InlineData("truenorth.local!bob@mx.example", "bob@truenorth.local")]
    [InlineData("bob@truenorth.local@mx.example", "bob@truenorth.local")]
    [InlineData("bob@mx.example", null)]
    public void Address_inside_a_routed_one_is_found(string typed, string? expected) =>
        Assert.Equal(expected, Mail.Normalizer.WithoutRoute(Mail.Address(typed))?.Text);

    [Theory]
    [InlineData("Alice", "alice")]
    [InlineData("Alice@MÜNCHEN.example.", "alice@xn--mnchen-3ya.example")]
    [InlineData("@Strange", "@strange")]
    [InlineData("Alice@bad..domain", "alice@bad..domain")]
    [InlineData("alice+x", "alice+x")]
    public void Login_is_folded_without_origin_and_without_cutting_a_tag(string typed, string expected) =>
        Assert.Equal(expected, AddressNormalizer.NormalizeLogin(typed));

    [Theory]
    [InlineData("alice", true)]
    [InlineData("*)(uid=*", true)]
    [InlineData("", false)]
    [InlineData("al\0ice", false)]
    [InlineData("alice\n", false)]
    public void Login_with_control_characters_is_not_asked_about(string login, bool expected) =>
        Assert.Equal(expected, AddressNormalizer.IsLogin(login));

    [Fact]
    public void Random_text_never_throws_and_what_parses_is_stable()
    {
        var random = new Random(7);
        var alphabet = "ab.@%!+-\"[]\\ \u00e4\u0308\u3002\uff41\ud83d\ude00\ud800\u0000";
        for (var i = 0; i < 50_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 14)).Select(_ => alphabet[random.Next(alphabet.Length)])]);
            if (!Mail.Normalizer.TryParse(text, out var address)) continue;

            Assert.True(Mail.Normalizer.TryParse(address.Text, out var again), text);
            Assert.Equal(address.Text, again.Text);
        }
    }

    private static EmailAddress? Parse(string text) =>
        new AddressNormalizer("+", "origin.example").TryParse(text, out var address) ? address : null;
}
