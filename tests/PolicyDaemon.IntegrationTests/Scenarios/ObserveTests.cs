using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Every check in observe mode: nothing is refused, and the log says what would have been.</summary>
public class ObserveTests : ScenarioTests
{
    protected override void Configure(JsonObject configuration)
    {
        JsonObject checks = configuration["checks"]!.AsObject();
        foreach (string check in (string[])["sendingBlock", "senderAuthorization", "identityBinding", "recipientExistence", "rateLimit"])
        {
            JsonObject settings = checks[check]?.AsObject() ?? [];
            settings["mode"] = "observe";
            checks[check] = settings;
        }

        configuration["limits"] = new JsonArray(new JsonObject
        {
            ["name"] = "one", ["key"] = "login", ["unit"] = "messages", ["limit"] = 1, ["per"] = "1h", ["action"] = "reject",
        });
    }

    [Fact]
    public async Task Nothing_is_refused_and_the_log_says_what_would_have_been()
    {
        (await Daemon.RunAsync(["block", "carol", "--reason", "test"])).EnsureSuccess();
        await using SmtpDialog carol = await LogInAsync("carol");

        AssertReply("250", await carol.SubmitAsync(AddressOf("bob"), AddressOf("alice"), "one"));
        AssertReply("250", await carol.SubmitAsync(AddressOf("bob"), AddressOf("alice"), "two"));

        // Postfix has an opinion of its own about this one; the daemon has given none.
        Assert.EndsWith("User unknown in virtual mailbox table", (await TryRcptAsync(carol, AddressOf("bob"), "ghost@truenorth.local")).Text, StringComparison.Ordinal);

        foreach (string line in Expected)
            await Daemon.Log.WaitForAsync(line);
    }

    /// <summary>A recipient that Postfix refuses itself is not shown to a milter.</summary>
    private string[] Expected =>
    [
        "observed action=reject check=sending_block reason=blocked_login stage=RCPT code=554",
        "observed action=reject check=sender_authorization reason=sending_disabled stage=RCPT code=554",
        "observed action=reject check=identity_binding reason=sender_not_owned stage=RCPT code=553",
        "observed action=reject check=rate_limit reason=limit_exceeded stage=RCPT code=554",
        .. Fronts == Fronts.Milter ? Array.Empty<string>() : ["observed action=reject check=recipient_existence reason=recipient_unknown stage=RCPT code=550"],
    ];
}

/// <summary>The same by the milter.</summary>
public sealed class ObserveByMilterTests : ObserveTests
{
    protected override Fronts Fronts => Fronts.Milter;
}
