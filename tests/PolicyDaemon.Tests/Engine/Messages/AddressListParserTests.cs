using System.Diagnostics;
using System.Text;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Messages;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Messages;

public sealed class AddressListParserTests
{
    /// <summary>Value, and the addresses with what is shown beside each.</summary>
    [Theory]
    [InlineData("a@b.c", "a@b.c")]
    [InlineData("Alice <a@b.c>", "a@b.c [Alice]")]
    [InlineData("\"Liddell, Alice\" <a@b.c> (work)", "a@b.c [Liddell, Alice][work]")]
    [InlineData("(one) a@b.c (two (three))", "a@b.c [one][two (three)]")]
    [InlineData("A. \"B\" C <a@b.c>, d@e.f", "a@b.c [A. B C], d@e.f")]
    [InlineData("Friends: Alice <a@b.c>, d@e.f; , g@h.i", "a@b.c [Alice][Friends], d@e.f [Friends], g@h.i")]
    [InlineData("Nobody:;", "")]
    [InlineData("Nobody: (really) ;", "")]
    [InlineData("\"a b\"@c.d", "a b@c.d")]
    [InlineData("a@[192.0.2.1]", "a@[192.0.2.1]")]
    [InlineData("a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]")]
    [InlineData("=?utf-8?q?=41lice?= (=?utf-8?q?x?=) <a@b.c>", "a@b.c [Alice][x]")]
    [InlineData(" \t a@b.c \t ", "a@b.c")]
    [InlineData("< a@b.c >", "a@b.c")]
    [InlineData("jörg@münchen.example", "jörg@münchen.example")]
    public void Addresses_are_read(string value, string expected)
    {
        var list = AddressListParser.Parse(Encoding.UTF8.GetBytes(value));
        Assert.Equal(AddressListOutcome.Addresses, list.Outcome);
        Assert.Equal(expected, string.Join(", ", list.Mailboxes.Select(Describe)));
    }

    [Theory]
    [InlineData("<@a.b,@c.d:e@f.g>", "a source route")]
    [InlineData("a . b@c.d", "words where an address should be")]
    [InlineData("a@b .c", "words where an address should be")]
    [InlineData("a @b.c", "white space inside an address")]
    [InlineData("a(x)@b.c", "a comment inside an address")]
    [InlineData("<(x)a@b.c>", "a comment inside an address")]
    [InlineData("a@b.c,,d@e.f", "an empty element")]
    [InlineData(",a@b.c", "an empty element")]
    [InlineData("Friends: a@b.c,;", "an empty element")]
    [InlineData("a.\"b\"@c.d", "no localpart")]
    [InlineData("a..b@c.d", "no localpart")]
    [InlineData(".a@c.d", "no localpart")]
    [InlineData("a@c..d", "no domain")]
    [InlineData("\"\"@c.d", "no localpart")]
    [InlineData("", "no address")]
    [InlineData("\"a\\", "a quote that is not closed")]
    [InlineData("\"a\tb\"@c.d", "an address with characters that are not seen")]
    [InlineData("a@[b@c.d]", "a domain literal of odd characters")]
    [InlineData("a@b.c (x\\", "a comment that is not closed")]
    [InlineData("a@b.c)", "a stray )")]
    [InlineData("a@[1.2.3.4", "a domain literal that is not closed")]
    [InlineData("[x] <a@b.c>", "an address before an address")]
    [InlineData(": a@b.c;", "a colon in an address")]
    [InlineData("a@b.c: d@e.f;", "a colon in an address")]
    [InlineData("a@b.c\n", "a line break that does not fold")]
    [InlineData("a@b.c\n \n d", "a folded line of white space alone")]
    [InlineData("a@b.c\n ", "a folded line of white space alone")]
    [InlineData("\u0085 <a@b.c>", "a control character")]
    [InlineData("\u2028 <a@b.c>", "a control character")]
    public void What_programs_read_differently_is_malformed(string value, string cause)
    {
        var list = AddressListParser.Parse(Encoding.UTF8.GetBytes(value));
        Assert.Equal((AddressListOutcome.Malformed, cause), (list.Outcome, list.Cause));
        Assert.Empty(list.Mailboxes);
    }

    [Fact]
    public void What_is_too_long_to_be_read_is_told_apart()
    {
        Assert.Equal(AddressListOutcome.TooLong, Parse(new string('a', AddressListParser.MaxLength + 1)).Outcome);
        Assert.Equal(AddressListOutcome.Addresses, Parse(string.Join(',', Enumerable.Repeat("a@b.c", AddressListParser.MaxMailboxes))).Outcome);
        Assert.Equal(AddressListOutcome.TooLong, Parse(string.Join(',', Enumerable.Repeat("a@b.c", AddressListParser.MaxMailboxes + 1))).Outcome);
    }

    /// <summary>The same octet, or piece, as often as a value may hold it: read at once or not at all, in a time that does not grow with its square.</summary>
    [Theory]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("()")]
    [InlineData("\"\"")]
    [InlineData("\"")]
    [InlineData("\\")]
    [InlineData("<")]
    [InlineData("@")]
    [InlineData(",")]
    [InlineData("a:")]
    [InlineData("a ")]
    [InlineData("a.")]
    [InlineData("[")]
    [InlineData("=?")]
    [InlineData("=?a?q?")]
    [InlineData("=?a?q?=")]
    [InlineData("=?utf-8?b?YQ==?= ")]
    [InlineData("a@b ")]
    [InlineData("\n ")]
    [InlineData("\n a")]
    public void Repetition_costs_no_more_than_its_length(string piece)
    {
        var value = string.Concat(Enumerable.Repeat(piece, AddressListParser.MaxLength / 2 / piece.Length));
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 20; i++)
        {
            Parse(value);
            Parse($"\"{value.Replace("\"", "", StringComparison.Ordinal)}\" <a@b.c>");
        }

        Assert.InRange(watch.ElapsedMilliseconds, 0, 2000);
    }

    [Fact]
    public void Damaged_fields_are_answered_and_give_only_addresses_that_stand_in_them()
    {
        var mutator = new Mutator(6);
        var originals = HeaderFromCorpus.Read().SelectMany(example => example.ToHeader().Fields).Where(field => field.IsNamed("From")).ToList();
        for (var i = 0; i < 30_000; i++)
        {
            var value = mutator.Mutate(originals[i % originals.Count].Value.ToArray());
            var list = AddressListParser.Parse(value);
            Assert.Equal(list.Outcome == AddressListOutcome.Addresses, list.Cause.Length == 0);
            var text = Encoding.UTF8.GetString(value);
            foreach (var mailbox in list.Mailboxes)
            {
                Assert.Contains($"@{mailbox.Domain}", text, StringComparison.Ordinal);
                Assert.DoesNotContain(mailbox.Address, character => char.IsControl(character) || character == '\ufffd');
                Assert.Equal(1, mailbox.Address.Count(character => character == '@'));
            }
        }
    }

    private static AddressList Parse(string value) => AddressListParser.Parse(Encoding.UTF8.GetBytes(value));

    private static string Describe(Mailbox mailbox) =>
        $"{mailbox.Address} {string.Concat(mailbox.Texts.Select(text => $"[{text}]"))}".TrimEnd();
}
