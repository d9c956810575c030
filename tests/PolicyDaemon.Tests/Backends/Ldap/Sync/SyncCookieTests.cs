using PolicyDaemon.Backends.Ldap.Sync;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

public sealed class SyncCookieTests
{
    private const string One1 = "20261121100000.000000Z#000000#001#000000";
    private const string One2 = "20261121110000.000000Z#000000#001#000000";
    private const string Two1 = "20261121103000.000000Z#000000#002#000000";
    private const string Two2 = "20261121113000.000000Z#000000#002#000000";

    [Theory]
    [InlineData($"rid=000,csn={One1}", 1)]
    [InlineData($"rid=001,sid=002,csn={One1};{Two1}", 2)]
    [InlineData($"rid=001,csn={One1};{Two1},delcsn={Two1}", 2)]
    [InlineData($"csn={One1}", 1)]
    [InlineData("rid=000", 0)]
    [InlineData("rid=000,csn=", 0)]
    [InlineData("rid=000,csn=;;", 0)]
    [InlineData($"rid=000,delcsn={One1}", 0)]
    [InlineData($"rid=000;csn={One1}", 0)]
    [InlineData("", 0)]
    [InlineData("\0\u00ff", 0)]
    public void Any_text_is_a_cookie_and_tells_what_it_tells(string text, int servers)
    {
        var cookie = SyncCookie.Read(text);
        Assert.Equal(text, cookie.Text);
        Assert.Equal(servers > 0, cookie.TellsChanges);
        Assert.Equal(servers > 0, cookie.Covers(Number(One1)));
        Assert.Equal(servers > 1, cookie.Covers(Number(Two1)));
        Assert.Equal(servers switch { 0 => null, 1 => Number(One1), _ => Number(Two1) }, cookie.Newest);
    }

    [Fact]
    public void Octets_are_given_back_as_they_came()
    {
        byte[] octets = [.. Enumerable.Range(0, 256).Select(octet => (byte)octet)];
        Assert.Equal(octets, SyncCookie.Read(octets).Octets);
    }

    [Fact]
    public void Cookie_covers_what_is_not_newer_of_a_server_it_names()
    {
        var cookie = SyncCookie.Read($"rid=000,csn={One2};{Two1}");
        Assert.True(cookie.Covers(Number(One1)) && cookie.Covers(Number(One2)) && cookie.Covers(Number(Two1)));
        Assert.False(cookie.Covers(Number(Two2)));
        Assert.False(cookie.Covers(Number("20261121090000.000000Z#000000#003#000000")));
    }

    [Theory]
    [InlineData(One2, One1, true)]
    [InlineData(One1, One1, true)]
    [InlineData(One1, One2, false)]
    [InlineData($"{One1};{Two1}", One1, true)]
    [InlineData(One2, $"{One1};{Two1}", false)]
    [InlineData($"{One2};{Two1}", $"{One1};{Two2}", false)]
    public void Cookie_reaches_another_when_it_has_all_that_is_in_it(string one, string other, bool reaches) =>
        Assert.Equal(reaches, SyncCookie.Read($"rid=000,csn={one}").Reaches(SyncCookie.Read($"rid=007,csn={other}")));

    [Fact]
    public void Cookie_that_tells_nothing_is_trusted()
    {
        SyncCookie opaque = SyncCookie.Read("42"), told = SyncCookie.Read($"rid=000,csn={One1}");
        Assert.True(opaque.Reaches(told) && told.Reaches(opaque) && opaque.Reaches(opaque));
    }

    [Fact]
    public void Of_one_server_named_twice_the_newest_change_counts()
    {
        Assert.True(SyncCookie.Read($"rid=000,csn={One2};{One1}").Covers(Number(One2)));
        Assert.True(SyncCookie.Read($"rid=000,csn={One2},csn={One1}").Covers(Number(One2)));
    }

    [Fact]
    public void Join_of_two_that_differ_has_the_newest_of_each_server_in_the_order_of_their_ids()
    {
        var joined = SyncCookie.Read($"rid=001,sid=001,csn={Two2};{One1},delcsn={Two2}").Join(SyncCookie.Read($"rid=002,csn={One2};{Two1}"));
        Assert.Equal($"rid=000,csn={One2};{Two2}", joined.Text);
        Assert.True(joined.Covers(Number(One2)) && joined.Covers(Number(Two2)));
    }

    [Fact]
    public void Join_is_the_one_that_has_all_as_it_is()
    {
        SyncCookie older = SyncCookie.Read($"rid=001,csn={One1}"), newer = SyncCookie.Read($"rid=002,csn={One2};{Two1}");
        Assert.Same(newer, older.Join(newer));
        Assert.Same(newer, newer.Join(older));
        Assert.Same(older, older.Join(SyncCookie.Read(older.Text)));
    }

    [Fact]
    public void Values_of_contextCSN_make_a_cookie_that_compares()
    {
        var made = SyncCookie.OfChanges([Two1, "no CSN", One2]);
        Assert.Equal($"rid=000,csn={One2};{Two1}", made?.Text);
        Assert.True(made!.Reaches(SyncCookie.Read($"rid=000,csn={One1};{Two1}")));
        Assert.Null(SyncCookie.OfChanges([]));
        Assert.Null(SyncCookie.OfChanges(["no CSN"]));
    }

    private static ChangeNumber Number(string text) => ChangeNumber.TryParse(text, out var number) ? number : throw new FormatException(text);
}
