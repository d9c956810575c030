using PolicyDaemon.MailStack.Milters;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>What OpenDKIM signed in Postfix, OpenDKIM finds unharmed in the mailbox.</summary>
public abstract partial class DeliveryTests
{
    /// <summary>Lines end in LF here; Postfix and the daemon see CRLF.</summary>
    private static readonly (string Name, string Body)[] SignedBodies =
    [
        ("text", "one\ntwo\n"),
        ("8-bit", "\u00e4\u00f6\u00fc\u00df \u65e5\u672c\n"),
        ("long lines", $"{new string('a', 998)}\n{new string('b', 999)}\n{new string('c', 5000)}\n"),
        ("dots", ".\n..\n...\n.a\na.\n\n.\n"),
        ("blanks", "x \t \n\n \n\nlast \n"),
    ];

    [Fact]
    public async Task DKIM_signature_is_right_in_the_mailbox_and_lines_that_postfix_breaks_would_harm_it()
    {
        OpenDkim signer = await OpenDkim.StartAsync(stack.Root, Domain);
        await mail.Postfix.SetAsync("smtpd_milters", $"inet:{signer.Endpoint}");
        try
        {
            foreach ((string name, string body) in SignedBodies)
                Assert.True(await signer.VerifiesAsync(await SignAsync($"signed {name}", body)), name);

            // Without that line of the snippet.
            await mail.Postfix.SetAsync("lmtp_line_length_limit", "998");
            Assert.False(await signer.VerifiesAsync(await SignAsync("signed and broken", new string('c', 5000))));
        }
        finally
        {
            await mail.Postfix.SetAsync("lmtp_line_length_limit", "0");
            await mail.Postfix.SetAsync("smtpd_milters", "");
        }
    }

    /// <returns>As it lies in the mailbox, octet for octet as Latin-1.</returns>
    private async Task<string> SignAsync(string subject, string body)
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(mail.Postfix.EndpointOf("smtp"));
        (await dialog.MailAsync(AddressOf("alice"), "BODY=8BITMIME")).EnsureSuccess();
        (await dialog.RcptAsync(AddressOf("alice"))).EnsureSuccess();
        await dialog.DataAsync();
        (await dialog.SendMessageAsync($"From: Alice <{AddressOf("alice")}>\nTo: {AddressOf("alice")}\nSubject: {subject}\nMIME-Version: 1.0\n" +
            $"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}")).EnsureSuccess();
        string stored = await mail.WaitForMessageAsync("alice", $"Subject: {subject}\n");
        Assert.Contains("\nDKIM-Signature: ", stored, StringComparison.Ordinal);
        return stored;
    }
}
