using System.Net.Sockets;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>What the ledger knows of mail through real servers, and what it keeps from being delivered twice.</summary>
public abstract partial class DeliveryTests
{
    [Fact]
    public async Task Ledger_tells_what_arrived_by_queue_id_and_recipient_also_after_the_daemon_was_killed()
    {
        long before = mail.Postfix.Log.Length;
        await SubmitAsync("on record", AddressOf("dave"));
        string sent = await mail.Postfix.Log.WaitForAsync($"to=<{AddressOf("dave")}>", before);
        string queueId = sent[(sent.IndexOf("]: ", StringComparison.Ordinal) + 3)..].Split(':')[0];
        await mail.Daemon.KillAsync();
        await mail.Daemon.StartAsync();

        CommandResult shown = await mail.Daemon.RunAsync(["deliveries", "--queue-id", queueId]);
        Assert.Equal(0, shown.ExitCode);
        Assert.Matches($@"{queueId}\s+{Outsider}\s+{AddressOf("dave")}\s+stored\s+[0-9]+\s+mx1\s+250 2\.0\.0", shown.Output);
        Assert.Contains(queueId, (await mail.Daemon.RunAsync(["deliveries", "--recipient", AddressOf("dave").ToUpperInvariant(), "--since", "1h", "--json"])).Output, StringComparison.Ordinal);
        CommandResult nothing = await mail.Daemon.RunAsync(["deliveries", "--queue-id", "4jX2Dd06rBz1k61j"]);
        Assert.Equal((1, "no such delivery is known\n"), (nothing.ExitCode, nothing.Output));
        Assert.Equal(2, (await mail.Daemon.RunAsync(["deliveries"])).ExitCode);
    }

    [Fact]
    public async Task Message_whose_delivery_postfix_never_heard_of_is_there_once_and_another_one_under_its_id_is_delivered()
    {
        string id = $"4jX{Guid.NewGuid():N}"[..16];
        int before = mail.ReadMailbox("erin").Count;
        Assert.StartsWith("250 2.0.0", await BringAsync(id, "once"), StringComparison.Ordinal);
        Assert.Equal("250 2.0.0 Delivered before", await BringAsync(id, "once"));
        await mail.Daemon.KillAsync();
        await mail.Daemon.StartAsync();
        Assert.Equal("250 2.0.0 Delivered before", await BringAsync(id, "once"));
        Assert.Equal(before + 1, mail.ReadMailbox("erin").Count);

        Assert.Equal("451 4.3.0 Try again", await BringAsync(id, "another"));
        Assert.StartsWith("250 2.0.0", await BringAsync(id, "another"), StringComparison.Ordinal);
        Assert.Equal("250 2.0.0 Delivered before", await BringAsync(id, "another"));
        Assert.Equal(before + 2, mail.ReadMailbox("erin").Count);
    }

    /// <summary>As Postfix does, and with its queue id.</summary>
    /// <returns>The reply to the message.</returns>
    private async Task<string> BringAsync(string queueId, string subject)
    {
        await using LineDialog lmtp = await LineDialog.OpenAsync(new UnixDomainSocketEndPoint(mail.Socket));
        await lmtp.ReadUntilAsync("220 ");
        foreach (string command in (string[])["LHLO mx", $"XFORWARD IDENT={queueId}", $"MAIL FROM:<{Outsider}>"])
        {
            await lmtp.SendAsync(command);
            await lmtp.ReadUntilAsync("250 ");
        }

        // A Dovecot process that asked the daemon before it was killed answers once that it cannot.
        string accepted = "";
        for (int i = 0; i < 10 && !accepted.StartsWith("250", StringComparison.Ordinal); i++)
        {
            await lmtp.SendAsync($"RCPT TO:<{AddressOf("erin")}>");
            accepted = (await lmtp.ReadLineAsync())!;
        }

        await lmtp.SendAsync("DATA");
        await lmtp.ReadUntilAsync("354 ");
        await lmtp.SendAsync($"Subject: {subject}\r\n\r\nx\r\n.");
        return (await lmtp.ReadLineAsync())!;
    }
}
