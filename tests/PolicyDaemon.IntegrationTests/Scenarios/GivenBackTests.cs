using System.Text.Json;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>A message that the policy protocol has charged and the milter refuses for its header: nobody has sent it.</summary>
public abstract class GivenBackTests : ScenarioTests
{
    protected override Fronts Fronts => Fronts.Both;

    protected override void Configure(JsonObject configuration) => configuration["limits"] = new JsonArray(new JsonObject
    {
        ["name"] = "one", ["key"] = "login", ["unit"] = "messages", ["limit"] = 1, ["per"] = "1h", ["action"] = "reject",
    });

    [Fact]
    public async Task Message_that_is_refused_after_it_was_charged_is_given_back()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        for (int i = 0; i < 3; i++)
        {
            AssertReply("250", await alice.MailAsync(AddressOf("alice")));
            AssertReply("250", await alice.RcptAsync(AddressOf("grace")));
            AssertReply("354", await alice.DataAsync());
            AssertReply("553 5.7.1", await alice.SendMessageAsync($"From: {AddressOf("bob")}\nSubject: not mine\n\nx\n"));
            AssertReply("250", await alice.SendAsync("RSET"));
        }

        await Daemon.Log.WaitForAsync("decision action=dunno check=\"\" reason=\"\" stage=END-OF-MESSAGE code=\"\"");
        Assert.Equal(0, await ReadUseAsync());
        AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("grace")));
        Assert.Equal(1, await ReadUseAsync());
        AssertReply("554 5.7.1", await alice.SubmitAsync(AddressOf("alice"), AddressOf("grace")));
    }

    private async Task<long> ReadUseAsync()
    {
        CommandResult shown = await Daemon.RunAsync(["limits", "show", "one/login:alice", "--json"]);
        using JsonDocument json = JsonDocument.Parse(shown.Output);
        return Assert.Single(json.RootElement.GetProperty("limits").EnumerateArray()).GetProperty("used").GetInt64();
    }
}

public sealed class GivenBack37Tests : GivenBackTests;

public sealed class GivenBack310Tests : GivenBackTests
{
    protected override string PostfixVersion => "3.10";
}
