using PolicyDaemon.Backends.Files;
using PolicyDaemon.Engine.Addresses;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Files;

public sealed class AliasTextTests
{
    private static readonly AliasText Reader = new(new AddressNormalizer("+", "example.org"));

    [Theory]
    [InlineData("root: alice", "root@example.org -> alice@example.org")]
    [InlineData("Root : alice@Example.net, bob", "root@example.org -> alice@example.net bob@example.org")]
    [InlineData("sales@example.org alice@example.org bob@example.org", "sales@example.org -> alice@example.org bob@example.org")]
    [InlineData("sales@example.org\talice@example.org,bob@example.org", "sales@example.org -> alice@example.org bob@example.org")]
    [InlineData("sales@example.org alice@example.org,\n  bob@example.org\n\n# x\n\tcarol@example.org", "sales@example.org -> alice@example.org bob@example.org carol@example.org")]
    [InlineData("@old.example alice@example.org", "@old.example -> alice@example.org")]
    [InlineData("@old.example @example.org", "@old.example -> @example.org")]
    [InlineData("\"a b\": alice", "a b@example.org -> alice@example.org")]
    [InlineData("list: \"|/usr/lib/mailman/mail/mailman post list\"", "list@example.org -> elsewhere")]
    [InlineData("list: alice, /var/spool/list, :include:/etc/list", "list@example.org -> alice@example.org elsewhere")]
    [InlineData("root: \\root", "root@example.org -> root@example.org")]
    [InlineData("sales@bücher.example a@b.example", "sales@xn--bcher-kva.example -> a@b.example")]
    [InlineData("a: b\na: c", "a@example.org -> b@example.org")]
    [InlineData("# a: b\n   # c: d\n   \n", "")]
    [InlineData("", "")]
    public void Entries_lead_where_Postfix_would_send_mail(string text, string expected)
    {
        var entries = Reader.Read(text, "/etc/aliases", out var fault);
        Assert.True(entries is not null, fault);
        Assert.Equal(expected, string.Join("; ", entries.Select(entry =>
            $"{entry.Key} -> {string.Join(' ', entry.Value.Destinations.Select(address => address.Text).Concat(entry.Value.LeadsElsewhere ? ["elsewhere"] : []))}")));
    }

    [Theory]
    [InlineData("root: alice\nlonely\n", "line 2: has no address, or nothing behind it")]
    [InlineData("root:\n", "line 1: has no address, or nothing behind it")]
    [InlineData("\"root: alice", "line 1: has no address, or nothing behind it")]
    [InlineData(": alice", "line 1: has no address, or nothing behind it")]
    [InlineData("a: b\n\nroot: alice, \"|half a program", "line 3: has a quote without its pair, or too many destinations")]
    [InlineData("a@ b@example.org", "line 1: begins with no address")]
    [InlineData("a@b..c b@example.org", "line 1: begins with no address")]
    public void Mistake_is_told_by_its_line_and_nothing_counts(string text, string expected)
    {
        Assert.Null(Reader.Read(text, "/etc/aliases", out var fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void More_aliases_than_are_read_are_a_mistake()
    {
        var text = string.Concat(Enumerable.Range(0, FileText.MaxEntries + 1).Select(number => $"u{number}: x\n"));
        Assert.Null(Reader.Read(text, "/etc/aliases", out var fault));
        Assert.Equal("line 200001: one entry more than the 200000 that are read", fault);
    }

    [Fact]
    public void More_destinations_than_anybody_follows_are_a_mistake() =>
        Assert.Null(Reader.Read("all: " + string.Join(',', Enumerable.Range(0, 1001).Select(number => $"a{number}")), "/etc/aliases", out _));
}
