using System.Text.RegularExpressions;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Mail through a real Postfix, the daemon and a real Dovecot, by the shipped snippets.</summary>
public abstract partial class DeliveryTests(DeliveryStack stack) : IDisposable
{
    private const string Outsider = "someone@elsewhere.example";

    private readonly DeliveringMailSystem mail = stack.Mail;

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        stack.ReportFailure();
    }

    [Fact]
    public async Task Snippets_have_nothing_to_warn_of()
    {
        Assert.Equal("", await mail.Mailboxes.Dovecot.CheckAsync());
        Assert.DoesNotMatch("warning|error|fatal", await mail.Postfix.CheckAsync());
    }

    [Fact]
    public async Task Message_to_several_is_delivered_or_refused_and_logged_for_each()
    {
        long before = mail.Postfix.Log.Length;
        await SubmitAsync("first", AddressOf("alice"), AddressOf("bob"), "nobody@truenorth.local");
        Assert.StartsWith($"Return-Path: <{Outsider}>\n", await mail.WaitForMessageAsync("alice", "Subject: first"), StringComparison.Ordinal);
        await mail.WaitForMessageAsync("bob", "Subject: first");
        string bounced = await mail.Postfix.Log.WaitForAsync("status=bounced", before);
        Assert.Contains("said: 550 5.1.1 User unknown (in reply to RCPT TO command)", bounced, StringComparison.Ordinal);

        string sent = await mail.Postfix.Log.WaitForAsync($"to=<{AddressOf("bob")}>", before);
        string queueId = sent[(sent.IndexOf("]: ", StringComparison.Ordinal) + 3)..].Split(':')[0];
        await Wait.UntilAsync(() => Regex.IsMatch(mail.Daemon.Log.ReadFrom(), $" delivery outcome=stored .* queue_id={queueId} size="), "the delivery is in the log", details: () => mail.Daemon.Log.Tail());
        string refused = await mail.Daemon.Log.WaitForAsync("decision action=reject check=recipient_existence reason=recipient_unknown stage=DELIVERY");
        Assert.Contains($" queue_id={queueId} ", refused, StringComparison.Ordinal);
        Assert.Contains(" client_address=127.0.0.1 ", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_waits_while_dovecot_or_the_daemon_is_away_and_is_delivered_once_afterwards()
    {
        long before = mail.Postfix.Log.Length;
        await mail.Mailboxes.Dovecot.StopAsync();
        await SubmitAsync("without dovecot", AddressOf("carol"));
        await mail.Postfix.Log.WaitForAsync("status=deferred", before);
        await mail.Daemon.Log.WaitForAsync("backend_unavailable");
        await mail.Mailboxes.Dovecot.StartAsync();
        await mail.WaitForMessageAsync("carol", "without dovecot");
        await mail.Daemon.Log.WaitForAsync("backend_available");
        await mail.Postfix.WaitUntilQueueIsEmptyAsync();

        before = mail.Postfix.Log.Length;
        await mail.Daemon.KillAsync();
        await SubmitAsync("without the daemon", AddressOf("carol"));
        await mail.Postfix.Log.WaitForAsync("status=deferred", before);
        await mail.Daemon.StartAsync();
        await mail.WaitForMessageAsync("carol", "without the daemon");
        await mail.Postfix.WaitUntilQueueIsEmptyAsync();
        Assert.Equal(2, mail.ReadMailbox("carol").Count);
    }

    [Fact]
    public async Task Full_mailbox_is_refused_at_RCPT_before_the_message_is_transferred()
    {
        await SubmitAsync("fills it", AddressOf("dave"));
        await mail.WaitForMessageAsync("dave", "fills it");
        long before = mail.Daemon.Log.Length;
        await ReconfigureAsync("\"quota\":\"3M\"", "\"quota\":\"100\"");

        await SubmitAsync("too much", AddressOf("dave"));
        Assert.Contains("552 5.2.2", await mail.Daemon.Log.WaitForAsync("delivery outcome=refused stage=RCPT", before), StringComparison.Ordinal);
        await ReconfigureAsync("\"quota\":\"100\"", "\"quota\":\"3M\"");
    }

    /// <summary>Dovecot 2.4 defers from the eleventh on.</summary>
    [Fact]
    public async Task Twenty_deliveries_at_once_to_one_mailbox_wait_for_each_other_and_none_is_deferred()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            await using LmtpClient client = await LmtpClient.OpenAsync(mail.Socket);
            await client.BeginAsync(Outsider, AddressOf("bob"));

            // Others are in the middle of it meanwhile.
            await Task.Delay(500, TestContext.Current.CancellationToken);
            await client.SendAsync($"Subject: together {i}\r\n\r\nx\r\n.\r\n");
            Assert.StartsWith("250 ", await client.ReadReplyAsync(), StringComparison.Ordinal);
        }));
        Assert.Equal(20, mail.ReadMailbox("bob").Count(message => message.Contains("Subject: together", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Dovecot_is_told_who_handed_the_message_to_postfix_where_it_believes_that()
    {
        string plain = $"\"backends\":[\"unix:{stack.Root.PathOf("dovecot", "base", "lmtp")}\"]";
        string telling = $"\"backends\":[\"inet:{mail.TrustedBackend}\"],\"xclient\":true";
        await ReconfigureAsync(plain, telling);
        await SubmitAsync("told", AddressOf("alice"));
        string stored = await mail.WaitForMessageAsync("alice", "Subject: told");
        await ReconfigureAsync(telling, plain);

        // Its own session has the name of Postfix's queue id then.
        Assert.Matches(@"with LMTP\s+id (?<id>\w+)\s+(?s:.*)\(Postfix\) with ESMTP id \k<id>\s", stored);
    }

    private async Task ReconfigureAsync(string from, string to)
    {
        long before = mail.Daemon.Log.Length;
        string configuration = await File.ReadAllTextAsync(mail.Daemon.ConfigurationFile);
        Assert.Contains(from, configuration, StringComparison.Ordinal);
        mail.Daemon.Reload(configuration.Replace(from, to, StringComparison.Ordinal));
        await mail.Daemon.Log.WaitForAsync("configuration_reloaded", before);
    }

    private async Task SubmitAsync(string subject, params string[] recipients)
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(mail.Postfix.EndpointOf("smtp"));
        (await dialog.MailAsync(Outsider)).EnsureSuccess();
        foreach (string recipient in recipients) (await dialog.RcptAsync(recipient)).EnsureSuccess();
        await dialog.DataAsync();
        (await dialog.SendMessageAsync($"Subject: {subject}\n\nx\n")).EnsureSuccess();
    }
}

public sealed class Debian12DeliveryTests(Debian12Delivery stack) : DeliveryTests(stack), IClassFixture<Debian12Delivery>;

public sealed class Debian13DeliveryTests(Debian13Delivery stack) : DeliveryTests(stack), IClassFixture<Debian13Delivery>;
