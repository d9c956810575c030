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

    protected override async ValueTask PrepareAsync()
    {
        postfix = await PostfixServer.StartAsync(Root, new()
        {
            VirtualTransport = "lmtp:unix:policydaemon/lmtp.sock",
            MainCf = ["lmtp_send_xforward_command = yes\nmaximal_backoff_time = 5s"],
            Recipients = ["@truenorth.local"],
        });
        string socket = Path.Combine(postfix.MakeSocketDirectory("policydaemon"), "lmtp.sock");
        store = new(Root.PathOf("store"));
        await DaemonProcess.StartAsync(Root, new JsonObject
        {
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray($"unix:{Root.PathOf("policydaemon", "policy.sock")}"),
                ["lmtp"] = new JsonArray($"unix:{socket}"),
                ["admin"] = $"unix:{Root.PathOf("policydaemon", "admin.sock")}",
            },
            ["lmtp"] = new JsonObject { ["backends"] = new JsonArray($"unix:{Root.PathOf("store")}"), ["commandTimeout"] = "1s", ["finalTimeout"] = "1s" },
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

        await postfix.WaitUntilQueueIsEmptyAsync();
        string log = postfix.Log.ReadFrom();
        foreach (string recipient in Refused) Assert.Equal(["bounced"], StatusesOf(log, recipient));
        foreach (string recipient in Troubled)
        {
            string[] statuses = StatusesOf(log, recipient);
            Assert.Equal("sent", statuses[^1]);
            Assert.True(statuses.Length > 1, $"{recipient} was in no trouble");
            Assert.All(statuses[..^1], status => Assert.Equal("deferred", status));
        }

        // Postfix knows of every message that was acknowledged to the daemon. Those that the store acknowledged in a way that none can understand, it has twice.
        Assert.Equal(Troubled.Order(StringComparer.Ordinal), store.Stored.Order(StringComparer.Ordinal));
    }

    private static string[] StatusesOf(string log, string recipient) =>
    [
        .. log.Split('\n')
            .Where(line => line.Contains($"to=<{recipient}@truenorth.local>", StringComparison.Ordinal) && line.Contains(" status=", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(" status=", StringComparison.Ordinal) + 8)..].Split(' ')[0]),
    ];
}
