using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>What a real Postfix makes of a mail store in trouble behind the daemon: nothing bounces without cause, nothing is lost.</summary>
public sealed class TroubledMailStoreTests : StackTests
{
    private const string Outsider = "someone@elsewhere.example";

    /// <summary>Refused for good by the mail store, and so bounced.</summary>
    private static readonly string[] Refused = ["always-rcpt-550-5.1.1", "always-rcpt-552-5.2.2", "always-dot-552-5.2.2", "always-dot-554-5.7.1"];

    /// <summary>Trouble that has an end.</summary>
    private static readonly string[] Troubled =
    [
        "rcpt-450-4.2.1", "rcpt-421", "rcpt-500-5.5.2", "rcpt-501-5.1.3", "rcpt-503-5.5.1", "rcpt-550", "rcpt-354", "rcpt-close", "rcpt-silent", "rcpt-garbage", "rcpt-twice",
        "data-451-4.3.0", "data-421", "data-503-5.5.1", "data-554-5.5.1", "data-250", "data-close", "data-silent", "data-garbage",
        "dot-450-4.2.1", "dot-421", "dot-500-5.5.2", "dot-554", "dot-354", "dot-close", "dot-silent", "dot-garbage", "dot-twice",
    ];

    private TroubledMailStore store = null!;
    private PostfixServer postfix = null!;
    private DaemonProcess daemon = null!;
    private string socket = "";

    protected override async ValueTask PrepareAsync()
    {
        postfix = await PostfixServer.StartAsync(Root, new()
        {
            VirtualTransport = "lmtp:unix:policydaemon/lmtp.sock",
            MainCf = ["lmtp_send_xforward_command = yes\nmaximal_backoff_time = 5s"],
            Recipients = ["@truenorth.local"],
        });
        socket = Path.Combine(postfix.MakeSocketDirectory("policydaemon"), "lmtp.sock");
        store = new(Root.PathOf("store"));
        daemon = await DaemonProcess.StartAsync(Root, new JsonObject
        {
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray($"unix:{Root.PathOf("policydaemon", "policy.sock")}"),
                ["lmtp"] = new JsonArray($"unix:{socket}"),
                ["admin"] = $"unix:{Root.PathOf("policydaemon", "admin.sock")}",
            },
            ["lmtp"] = new JsonObject { ["backends"] = new JsonArray($"unix:{Root.PathOf("store")}"), ["commandTimeout"] = "2s", ["finalTimeout"] = "2s" },
            ["directory"] = new JsonObject { ["sqlite"] = new JsonObject { ["path"] = Root.PathOf("policydaemon", "policydaemon.db") } },
        }.ToJsonString());
    }

    protected override ValueTask ReleaseAsync()
    {
        store.Dispose();
        return default;
    }

    [Fact]
    public async Task Only_what_the_mail_store_refused_for_good_bounces_and_all_else_is_delivered_in_the_end()
    {
        await using (SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("smtp")))
        {
            foreach (string recipient in Refused.Concat(Troubled)) Assert.Equal(250, (await dialog.SubmitAsync(Outsider, $"{recipient}@truenorth.local")).Code);
        }

        await Wait.UntilAsync(
            async () => (await postfix.ReadQueueAsync()).StartsWith("Mail queue is empty", StringComparison.Ordinal),
            "the queue is empty", TimeSpan.FromMinutes(2), () => postfix.Log.Tail());
        string log = postfix.Log.ReadFrom();
        foreach (string recipient in Refused) AssertEnds("bounced", StatusesOf(log, recipient));
        foreach (string recipient in Troubled)
        {
            string[] statuses = StatusesOf(log, recipient);
            Assert.True(statuses.Length > 1, $"{recipient} was in no trouble");
            AssertEnds("sent", statuses);
        }

        // A machine that stalls for longer than the time limits makes more deferrals, and may store a message twice; none is missing.
        Assert.Equal(Troubled.Order(StringComparer.Ordinal), store.Stored.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Memory_does_not_grow_with_messages()
    {
        const int Sessions = 8, Megabytes = 32;
        await SendAsync(1);
        long before = await ReadPeakAsync();
        await Task.WhenAll(Enumerable.Range(0, Sessions).Select(_ => SendAsync(Megabytes)));
        long growth = await ReadPeakAsync() - before;

        TestContext.Current.TestOutputHelper?.WriteLine($"{before >> 20} MiB, {growth >> 20} MiB more with {Sessions} sessions of {Megabytes} MiB each");
        Assert.InRange(growth, 0, (Sessions * Megabytes / 4) << 20);
    }

    private async Task SendAsync(int megabytes)
    {
        byte[] megabyte = System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 4094) + "\r\n", 256)));
        await using LmtpClient client = await LmtpClient.OpenAsync(socket);
        await client.BeginAsync(Outsider, "large@truenorth.local");
        for (int i = 0; i < megabytes; i++) await client.SendAsync(megabyte);
        await client.SendAsync(".\r\n");
        Assert.StartsWith("250 ", await client.ReadReplyAsync(), StringComparison.Ordinal);
    }

    /// <summary>The most that the daemon ever had in memory, in octets.</summary>
    private async Task<long> ReadPeakAsync()
    {
        string line = (await File.ReadAllLinesAsync($"/proc/{daemon.Id}/status")).First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture) << 10;
    }

    private static void AssertEnds(string status, string[] statuses)
    {
        Assert.Equal(status, statuses[^1]);
        Assert.All(statuses[..^1], before => Assert.Equal("deferred", before));
    }

    private static string[] StatusesOf(string log, string recipient) =>
    [
        .. log.Split('\n')
            .Where(line => line.Contains($"to=<{recipient}@truenorth.local>", StringComparison.Ordinal) && line.Contains(" status=", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(" status=", StringComparison.Ordinal) + 8)..].Split(' ')[0]),
    ];
}
