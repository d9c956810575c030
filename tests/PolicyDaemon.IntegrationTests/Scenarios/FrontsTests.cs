using System.Text.Json;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>One story, asked over the policy protocol, the milter, or both: the same verdicts, the same limits.</summary>
public abstract class FrontsTests : ScenarioTests
{
    private const string Stranger = "someone@elsewhere.example";

    protected override void Configure(JsonObject configuration)
    {
        configuration["limits"] = new JsonArray(
            LimitOf("login", 3, "reject"), LimitOf("recipient", 100, "defer"), LimitOf("everyone", 100, "defer"),
            new JsonObject { ["name"] = "octets", ["key"] = "login", ["unit"] = "bytes", ["limit"] = "1M", ["per"] = "1h" });
    }

    [Fact]
    public async Task Same_story_has_the_same_verdicts()
    {
        await SetAsync("carol", "tnMailSendAllowed", "FALSE");
        await using SmtpDialog alice = await LogInAsync("alice");
        await using SmtpDialog carol = await LogInAsync("carol");
        await using SmtpDialog outside = await ComeFromOutsideAsync();
        await using SmtpDialog trusted = await ComeFromTrustedNetworkAsync();

        await AssertAsync("250 2.0.0", alice, AddressOf("alice"), AddressOf("grace"));
        await AssertAsync("553 5.7.1", alice, AddressOf("grace"), AddressOf("grace"));
        await AssertAsync("554 5.7.1", carol, AddressOf("carol"), AddressOf("grace"));
        await AssertAsync("250 2.0.0", outside, Stranger, AddressOf("grace"));
        await AssertAsync("553 5.7.1", outside, AddressOf("alice"), AddressOf("grace"));
        await AssertAsync("550 5.1.1", outside, Stranger, "ghost@truenorth.local");
        await AssertAsync("554 5.7.1", outside, Stranger, "x@other.example");
        await AssertAsync("250 2.0.0", trusted, AddressOf("alice"), AddressOf("grace"));
        await AssertAsync("554 5.7.1", trusted, AddressOf("carol"), AddressOf("grace"));

        // A session that is open, and a recipient that Postfix asks nobody about.
        await SetAsync("alice", "tnMailSendAllowed", "FALSE");
        await AssertAsync("554 5.7.1", alice, AddressOf("alice"), AddressOf("grace"));
        await AssertAsync("554 5.7.1", alice, AddressOf("alice"), "postmaster");
        await SetAsync("alice", "tnMailSendAllowed", "TRUE");

        // At the last moment.
        AssertReply("250", await alice.MailAsync(AddressOf("alice")));
        AssertReply("250", await alice.RcptAsync(AddressOf("grace")));
        AssertReply("354", await alice.DataAsync());
        await SetAsync("alice", "tnMailSendAllowed", "FALSE");
        AssertReply("554 5.7.1", await alice.SendMessageAsync("Subject: refused\n\nrefused\n"));
        AssertReply("250", await alice.SendAsync("RSET"));
        await SetAsync("alice", "tnMailSendAllowed", "TRUE");

        // Two are left, then none.
        await AssertAsync("250 2.0.0", alice, AddressOf("alice"), AddressOf("grace"));
        await AssertAsync("250 2.0.0", alice, AddressOf("alice"), AddressOf("grace"));
        await AssertAsync("554 5.7.1", alice, AddressOf("alice"), AddressOf("grace"));

        (await Daemon.RunAsync(["block", "bob", "--action", "hold"])).EnsureSuccess();
        await using SmtpDialog bob = await LogInAsync("bob");
        await AssertAsync("250 2.0.0", bob, AddressOf("bob"), AddressOf("grace"));
        Assert.Matches(@"\w+! ", await Postfix.ReadQueueAsync());
        Assert.Equal(3, await ReadUseAsync("login/login:alice"));
        Assert.Equal(6, await ReadUseAsync("everyone/everyone"));

        // Three short messages; the milter sees the header fields that Postfix adds, too.
        Assert.InRange(await ReadUseAsync("octets/login:alice"), 3 * 50, 3 * 800);

        // One of them was refused at its end only; the milter knows whom it was for and gives that back.
        Assert.Equal(Fronts == Fronts.Milter ? 6 : 7, await ReadUseAsync($"recipient/recipient:{AddressOf("grace")}"));
        Assert.DoesNotContain("session_fault", Daemon.Log.ReadFrom(), StringComparison.Ordinal);
        Assert.DoesNotContain("peer_malformed", Daemon.Log.ReadFrom(), StringComparison.Ordinal);
        Assert.DoesNotContain("warning: milter", Postfix.Log.ReadFrom(), StringComparison.Ordinal);
    }

    private static JsonObject LimitOf(string key, int most, string action) => new()
    {
        ["name"] = key, ["key"] = key, ["unit"] = "messages", ["limit"] = most, ["per"] = "1h", ["action"] = action,
    };

    private async Task<long> ReadUseAsync(string key)
    {
        CommandResult shown = await Daemon.RunAsync(["limits", "show", key, "--json"]);
        using JsonDocument json = JsonDocument.Parse(shown.Output);
        return Assert.Single(json.RootElement.GetProperty("limits").EnumerateArray()).GetProperty("used").GetInt64();
    }

    private static async Task AssertAsync(string expected, SmtpDialog dialog, string sender, string recipient)
    {
        AssertReply(expected, await dialog.SubmitAsync(sender, recipient));
        AssertReply("250", await dialog.SendAsync("RSET"));
    }
}

public sealed class PolicyAlone37Tests : FrontsTests;

public sealed class MilterAlone37Tests : FrontsTests
{
    protected override Fronts Fronts => Fronts.Milter;
}

public sealed class BothFronts37Tests : FrontsTests
{
    protected override Fronts Fronts => Fronts.Both;
}

public sealed class PolicyAlone310Tests : FrontsTests
{
    protected override string PostfixVersion => "3.10";
}

public sealed class MilterAlone310Tests : FrontsTests
{
    protected override string PostfixVersion => "3.10";

    protected override Fronts Fronts => Fronts.Milter;
}

public sealed class BothFronts310Tests : FrontsTests
{
    protected override string PostfixVersion => "3.10";

    protected override Fronts Fronts => Fronts.Both;
}
