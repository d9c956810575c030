using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>What is in the mailbox is what was sent, and nothing that was content becomes a message of its own.</summary>
public abstract partial class DeliveryTests
{
    /// <summary>Headers and bodies, as sent behind DATA but without their dots and end.</summary>
    private static readonly (string Name, string Content)[] Contents =
    [
        ("8-bit", "Subject: 8-bit\r\n\r\n\xe4\xf6\xfc\xff\x80\r\n"),
        ("UTF-8 header", "Subject: UTF-8 header \xc3\xa4\r\nTo: \xe6\x97\xa5@truenorth.local\r\n\r\nx\r\n"),
        ("long line", $"Subject: long line\r\n\r\n{new string('a', 998)}\r\n{new string('b', 4096)}.\r\n.{new string('c', 70_000)}\r\n"),
        ("line of a megabyte", $"Subject: line of a megabyte\r\n\r\n{new string('m', 1 << 20)}\r\n"),
        ("NUL", "Subject: NUL\r\n\r\na\0b\0\0\r\n"),
        ("dots", "Subject: dots\r\n\r\n.\r\n..\r\n...\r\n.a\r\na.\r\n\r\n.\r\n"),
        ("no body", "Subject: no body\r\n"),
        ("no line of text", "Subject: no line of text\r\n\r\n"),
        ("blanks at the end", "Subject: blanks at the end\r\n\r\nx \t \r\n\r\n\r\n"),
    ];

    /// <summary>What some server or other takes for the end of the data.</summary>
    private static readonly string[] FalseEnds =
        ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\n.\r", "\r.\n", "\n\n.\r\n", "\r\r\n.\r\r\n", "\0\n.\n", "\r\n\0.\r\n\n.\n", "\n\r.\n\r"];

    [Fact]
    public async Task Message_is_in_the_mailbox_octet_for_octet()
    {
        await using LmtpClient client = await LmtpClient.OpenAsync(mail.Socket);
        foreach ((string name, string content) in Contents)
        {
            await client.BeginAsync(Outsider, AddressOf("grace"));
            await client.SendAsync(Stuffed(content) + ".\r\n");
            Assert.StartsWith("250 ", await client.ReadReplyAsync(), StringComparison.Ordinal);
            Assert.EndsWith("\n" + content.Replace("\r\n", "\n", StringComparison.Ordinal), await mail.WaitForMessageAsync("grace", $"Subject: {name}"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Message_through_postfix_keeps_its_long_lines_dots_and_octets()
    {
        string body = $"{new string('l', 5000)}\n.\n..dot\n\u00e4\u00f6\u00fc {new string('x', 30_000)}\n";
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(mail.Postfix.EndpointOf("smtp"));
        (await dialog.MailAsync(Outsider, "BODY=8BITMIME")).EnsureSuccess();
        (await dialog.RcptAsync(AddressOf("alice"))).EnsureSuccess();
        await dialog.DataAsync();
        (await dialog.SendMessageAsync($"Subject: kept\n\n{body}")).EnsureSuccess();
        string stored = await mail.WaitForMessageAsync("alice", "Subject: kept");
        Assert.EndsWith("\n\n" + System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(body)), stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Smuggled_message_is_refused_with_its_carrier()
    {
        foreach (string falseEnd in FalseEnds)
        {
            await using LmtpClient client = await LmtpClient.OpenAsync(mail.Socket);
            await client.BeginAsync(Outsider, AddressOf("newsletter"));
            await client.SendAsync(Carrier(falseEnd));
            Assert.StartsWith("554 5.5.2 ", await client.ReadReplyAsync(), StringComparison.Ordinal);
            await client.AskAsync("NOOP", "250");
        }

        Assert.Empty(mail.ReadMailbox("newsletter"));
        Assert.Empty(mail.ReadMailbox("sales"));
    }

    [Fact]
    public async Task Smuggled_message_stays_content_where_bare_newlines_become_CRLF()
    {
        int before = mail.ReadMailbox("erin").Count;
        await ReconfigureAsync("\"lmtp\":{", "\"lmtp\":{\"bareNewline\":\"normalize\",");
        try
        {
            foreach (string falseEnd in FalseEnds)
            {
                await using LmtpClient client = await LmtpClient.OpenAsync(mail.Socket);
                await client.BeginAsync(Outsider, AddressOf("erin"));
                await client.SendAsync(Carrier(falseEnd));
                Assert.StartsWith("250 ", await client.ReadReplyAsync(), StringComparison.Ordinal);
                await client.AskAsync("NOOP", "250");
            }
        }
        finally
        {
            // The daemon is that of the other tests, too.
            await ReconfigureAsync("\"bareNewline\":\"normalize\",", "");
        }

        Assert.Equal(FalseEnds.Length, mail.ReadMailbox("erin").Count(message => message.EndsWith("\nevil\n", StringComparison.Ordinal)));
        Assert.Equal(before + FalseEnds.Length, mail.ReadMailbox("erin").Count);
        Assert.Empty(mail.ReadMailbox("sales"));
    }

    /// <summary>Content with a whole transaction behind what is not its end.</summary>
    private static string Carrier(string falseEnd) =>
        $"Subject: carrier\r\n\r\nx{falseEnd}MAIL FROM:<{AddressOf("alice")}>\r\nRCPT TO:<{AddressOf("sales")}>\r\nDATA\r\nSubject: smuggled\r\n\r\nevil\r\n.\r\n";

    private static string Stuffed(string content) => ("\r\n" + content).Replace("\r\n.", "\r\n..", StringComparison.Ordinal)[2..];
}
