using System.Formats.Asn1;
using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

public sealed class LdapFilterTests
{
    public static TheoryData<string> HostileValues =>
    [
        "*", "*)(uid=*", "alice)(|(uid=*", "\\", "\\2a", "\0", "a\0b", "\"'`", "jürgen", "👋", "(&(a=b)(c=d))", new string('x', 300), new string('*', 300), "",
    ];

    /// <summary>Filter text and its octets, as ldapsearch(1) of OpenLDAP 2.5 sends them.</summary>
    public static TheoryData<string, string> Recorded => new()
    {
        { "(uid=a)", "a308 0403 756964 0401 61" },
        { "(uid=*)", "8703 756964" },
        { "(&(a=b)(!(c=d)))", "a012 a306 0401 61 0401 62 a208 a306 0401 63 0401 64" },
        { "(|(a>=b)(a<=b)(a~=b))", "a118 a506 0401 61 0401 62 a606 0401 61 0401 62 a806 0401 61 0401 62" },
        { "(a=b*c*d)", "a40e 0401 61 3009 8001 62 8101 63 8201 64" },
        { "(a=*b*)", "a408 0401 61 3003 8101 62" },
        { "(a:=b)", "a906 8201 61 8301 62" },
        { "(a:dn:1.2:=b)", "a90e 8103 312e32 8201 61 8301 62 8401ff" },
        { "(:1.2:=b)", "a908 8103 312e32 8301 62" },
        { @"(a=\2a\00\ff)", "a308 0401 61 0403 2a00ff" },
        { "(a=ü)", "a307 0401 61 0402 c3bc" },
        { "(&)", "a000" },
    };

    [Theory]
    [MemberData(nameof(HostileValues))]
    public void Value_stays_one_value_whatever_is_in_it(string value)
    {
        var reader = new AsnReader(Encode(LdapFilter.Equal("uid", value)), AsnEncodingRules.BER);
        var comparison = reader.ReadSequence(LdapTags.Context(3));
        reader.ThrowIfNotEmpty();
        Assert.Equal("uid"u8, comparison.ReadOctetString());
        Assert.Equal(value, System.Text.Encoding.UTF8.GetString(comparison.ReadOctetString()));
        comparison.ThrowIfNotEmpty();
    }

    [Theory]
    [MemberData(nameof(HostileValues))]
    public void Text_of_a_filter_means_the_same_filter_and_is_one_printable_line(string value)
    {
        var filter = LdapFilter.And(LdapFilter.Equal("uid", value), LdapFilter.Not(LdapFilter.Present("mail")));
        var text = filter.ToString();
        Assert.Equal(Encode(filter), Encode(LdapFilter.Parse(text)));
        Assert.All(text, character => Assert.InRange(character, ' ', '~'));
        Assert.Equal(4, text.Count(character => character == '('));
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Parsed_text_has_the_octets_that_other_clients_send(string text, string hex)
    {
        var filter = LdapFilter.Parse(text);
        Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower(Encode(filter)));
        Assert.Equal(Encode(filter), Encode(LdapFilter.Parse(filter.ToString())));
    }

    [Fact]
    public void Spaces_between_parentheses_do_not_count() =>
        Assert.Equal("(&(a=b)(!(c=d)))", LdapFilter.Parse(" (& (a=b) (! (c=d) ) ) ").ToString());

    [Theory]
    [InlineData("", 1)]
    [InlineData("uid=a", 1)]
    [InlineData("(uid=a", 2)]
    [InlineData("(uid=a))", 8)]
    [InlineData("(uid=a)(b=c)", 8)]
    [InlineData("(uid)", 2)]
    [InlineData("(=a)", 2)]
    [InlineData("(a b=c)", 2)]
    [InlineData(@"(a=\2)", 2)]
    [InlineData(@"(a=\zz)", 2)]
    [InlineData("(a=\0)", 2)]
    [InlineData("(a>=*)", 2)]
    [InlineData("(a=**)", 2)]
    [InlineData("(!a=b)", 3)]
    [InlineData("(:=b)", 2)]
    [InlineData("(a:dn:1.2:3:=b)", 2)]
    [InlineData("(!(a=b)(c=d))", 8)]
    public void Text_that_is_no_filter_is_refused_with_its_place(string text, int character) =>
        Assert.StartsWith($"LDAP filter, character {character}:", Assert.Throws<FormatException>(() => LdapFilter.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Depth_is_limited()
    {
        var deepest = LdapFilterParser.MaxDepth - 1;
        LdapFilter.Parse(Nested(deepest));
        Assert.Throws<FormatException>(() => LdapFilter.Parse(Nested(deepest + 1)));
        Assert.Throws<FormatException>(() => LdapFilter.Parse(Nested(100_000)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("uid)(a")]
    [InlineData("uid=")]
    [InlineData("ü")]
    public void Attribute_that_is_none_is_refused(string attribute)
    {
        Assert.Throws<ArgumentException>(() => LdapFilter.Equal(attribute, "a"));
        Assert.Throws<ArgumentException>(() => LdapFilter.Present(attribute));
    }

    [Fact]
    public void Changed_text_is_parsed_or_refused_and_nothing_else()
    {
        var random = new Random(20260702);
        foreach (var row in Recorded)
        {
            for (var round = 0; round < 1000; round++)
            {
                var text = row.Data.Item1.ToCharArray();
                for (var changes = random.Next(1, 4); changes > 0; changes--) text[random.Next(text.Length)] = "()&|!=*\\:<>~ a2\0ü"[random.Next(17)];
                try
                {
                    Assert.NotEmpty(LdapFilter.Parse(new string(text)).ToString());
                }
                catch (FormatException)
                {
                    // Refused.
                }
            }
        }
    }

    private static string Nested(int negations) => string.Concat(Enumerable.Repeat("(!", negations)) + "(a=b)" + new string(')', negations);

    private static byte[] Encode(LdapFilter filter)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        filter.Encode(writer);
        return writer.Encode();
    }
}
