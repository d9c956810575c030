using System.Text.Json;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>The log as JSON: every line is one object, with the names that docs/logging.md gives, in its order.</summary>
public sealed class JsonLogTests : ScenarioTests
{
    private static readonly string[] DecisionNames =
    [
        "time", "level", "event", "action", "check", "reason", "stage", "code", "age_ms", "elapsed_ms", "front", "queue_id", "instance", "policy_context",
        "client_address", "recipient_count", "sasl_username", "sender", "recipient", "detail",
    ];

    protected override void Configure(JsonObject configuration) =>
        configuration["log"] = new JsonObject { ["format"] = "json" };

    [Fact]
    public async Task Every_line_is_an_object_and_decisions_have_the_documented_names()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("bob")));
        AssertReply("553 5.7.1", await TryRcptAsync(alice, "\"bob\\\" action=dunno\"@truenorth.local", AddressOf("bob")));

        JsonObject passed = Parse(await Daemon.Log.WaitForAsync("\"stage\":\"END-OF-MESSAGE\""));
        JsonObject refused = Parse(await Daemon.Log.WaitForAsync("\"reason\":\"sender_not_owned\""));

        Assert.All((JsonObject[])[passed, refused], line => Assert.Equal(DecisionNames, line.Select(field => field.Key)));
        Assert.Equal(("decision", "information", "dunno"), (Text(passed, "event"), Text(passed, "level"), Text(passed, "action")));
        Assert.Equal(("reject", "identity_binding", "553"), (Text(refused, "action"), Text(refused, "check"), Text(refused, "code")));
        Assert.Equal(1, passed["recipient_count"]!.GetValue<int>());
        Assert.Equal("alice", Text(refused, "sasl_username"));
        Assert.EndsWith("@truenorth.local", Text(refused, "sender"), StringComparison.Ordinal);

        await Daemon.StopAsync();
        Assert.All(
            Daemon.Log.ReadFrom().TrimEnd('\n').Split('\n'),
            line => Assert.Equal(DecisionNames.Take(3), Parse(line).Select(field => field.Key).Take(3)));
    }

    private static JsonObject Parse(string line) => JsonSerializer.Deserialize<JsonObject>(line)!;

    private static string Text(JsonObject line, string name) => line[name]!.GetValue<string>();
}
