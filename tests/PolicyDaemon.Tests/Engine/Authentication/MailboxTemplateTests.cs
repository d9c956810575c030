using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Authentication;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Authentication;

public sealed class MailboxTemplateTests
{
    [Theory]
    [InlineData("/var/vmail/{domain}/{local}", "/var/vmail/example.org/bob")]
    [InlineData("/var/vmail/{user}", "/var/vmail/bob@example.org")]
    [InlineData("{local}{local}", "bobbob")]
    [InlineData("maildir:~/Maildir", "maildir:~/Maildir")]
    [InlineData("", "")]
    public void Places_are_filled(string text, string expected) =>
        Assert.Equal(expected, Parse(text).Fill("bob@example.org", new EmailAddress("bob", "example.org")));

    [Theory]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData("/{local")]
    [InlineData("/local}")]
    [InlineData("/{login}")]
    [InlineData("/{Local}")]
    [InlineData("/{}")]
    [InlineData("/{{local}}")]
    public void Brace_without_its_pair_and_unknown_name_are_refused(string text) => Assert.False(MailboxTemplate.TryParse(text, out _));

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("/etc")]
    [InlineData("../../etc")]
    [InlineData("a..b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\tb")]
    [InlineData("a\u007fb")]
    [InlineData("a\u0085b")]
    [InlineData("x:INDEX=/etc")]
    [InlineData("%{home}")]
    public void Part_that_would_lead_elsewhere_is_never_inserted(string part)
    {
        Assert.Null(Parse("/var/vmail/{domain}/{local}").Fill("x", new EmailAddress(part, "example.org")));
        Assert.Null(Parse("/var/vmail/{domain}/{local}").Fill("x", new EmailAddress("bob", part)));
        Assert.Null(Parse("/var/vmail/{user}").Fill(part, new EmailAddress("bob", "example.org")));
    }

    [Theory]
    [InlineData("a.b")]
    [InlineData(".a")]
    [InlineData("\u00fc")]
    [InlineData("a+b")]
    [InlineData("a b")]
    [InlineData("~")]
    [InlineData("a\\b")]
    public void Any_other_part_is(string part) => Assert.NotNull(Parse("/var/vmail/{local}").Fill("x", new EmailAddress(part, "example.org")));

    [Theory]
    [InlineData("/v/{domain}/{local}", true, true)]
    [InlineData("/v/{user}", true, true)]
    [InlineData("/v/{local}", true, false)]
    [InlineData("/v/{domain}", false, true)]
    [InlineData("/v", false, false)]
    public void It_is_known_whom_it_tells_apart(string text, bool users, bool domains) =>
        Assert.Equal((users, domains), (Parse(text).TellsUsersApart, Parse(text).TellsDomainsApart));

    private static MailboxTemplate Parse(string text)
    {
        Assert.True(MailboxTemplate.TryParse(text, out var template));
        return template;
    }
}
