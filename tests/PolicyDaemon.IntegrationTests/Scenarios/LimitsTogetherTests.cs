using System.Text.Json;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Ten messages an hour for each login and four for the whole domain, with sessions that all saw room before any of them was charged.</summary>
public class LimitsTogetherTests : ScenarioTests
{
    private const int MostOfDomain = 4;

    /// <summary>Where a session comes in.</summary>
    protected virtual PostfixServer PostfixOf(int session) => Postfix;

    protected override void Configure(JsonObject configuration) =>
        configuration["limits"] = new JsonArray(Limit("login", 10), Limit("domain", MostOfDomain));

    [Fact]
    public async Task Sessions_that_all_saw_the_last_room_do_not_all_pass_and_who_is_refused_is_charged_to_no_limit()
    {
        SmtpDialog[] sessions = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => ComeToDataAsync(i % 2 == 0 ? "alice" : "bob", PostfixOf(i / 2))));
        SmtpServerReply[] replies = await Task.WhenAll(sessions.Select(session => session.SendMessageAsync("Subject: race\n\nrace\n")));
        foreach (SmtpDialog session in sessions) await session.DisposeAsync();

        Assert.Equal(MostOfDomain, replies.Count(reply => reply.Code == 250));
        Assert.All(replies.Where(reply => reply.Code != 250), reply => AssertReply("450 4.7.1", reply));
        Assert.Equal(MostOfDomain, await ReadUseAsync($"domain:{Domain}"));
        Assert.Equal(MostOfDomain, await ReadUseAsync("login:alice") + await ReadUseAsync("login:bob"));
    }

    [Fact]
    public async Task Administrator_sees_what_is_used_and_empties_it()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        for (int i = 0; i < MostOfDomain; i++)
            AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("grace")));
        AssertReply("450 4.7.1", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("grace")));

        CommandResult shown = await Daemon.RunAsync(["limits", "show", "--login", AddressOf("alice")]);
        Assert.Equal(0, shown.ExitCode);
        Assert.Matches(@"\nlogin/login:alice +4 +10 +messages +1 h +now\n", shown.Output);
        CommandResult emptied = await Daemon.RunAsync(["limits", "reset", $"domain/domain:{Domain}"]);
        Assert.Equal((0, $"nothing is counted any more for domain/domain:{Domain}\n"), (emptied.ExitCode, emptied.Output));
        await Daemon.Log.WaitForAsync($"limit_reset keys=domain/domain:{Domain} author=root");

        AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("grace")));
        Assert.Equal((1, 5), (await ReadUseAsync($"domain:{Domain}"), await ReadUseAsync("login:alice")));
    }

    private static JsonObject Limit(string key, int most) => new()
    {
        ["name"] = key, ["key"] = key, ["unit"] = "messages", ["limit"] = most, ["per"] = "1h",
    };

    private static async Task<SmtpDialog> ComeToDataAsync(string login, PostfixServer postfix)
    {
        SmtpDialog session = await SmtpDialog.OpenAsync(postfix.EndpointOf("submission"));
        Assert.Equal(235, (await session.AuthenticateAsync(login, PasswordOf(login))).Code);
        AssertReply("250", await session.MailAsync(AddressOf(login)));
        AssertReply("250", await session.RcptAsync(AddressOf("grace")));
        AssertReply("354", await session.DataAsync());
        return session;
    }

    private async Task<long> ReadUseAsync(string key)
    {
        CommandResult shown = await Daemon.RunAsync(["limits", "show", key, "--json"]);
        Assert.Equal(0, shown.ExitCode);
        using JsonDocument json = JsonDocument.Parse(shown.Output);
        return Assert.Single(json.RootElement.GetProperty("limits").EnumerateArray()).GetProperty("used").GetInt64();
    }
}

/// <summary>The same on two hosts that share PostgreSQL: half of the sessions come in at each.</summary>
public sealed class SharedLimitsTogetherTests : LimitsTogetherTests
{
    private PostgresDatabase database = null!;
    private PostfixServer other = null!;

    protected override PostfixServer PostfixOf(int session) => session % 2 == 0 ? Postfix : other;

    protected override async ValueTask PrepareAsync()
    {
        database = await (await PostgresServer.StartAsync(Root)).CreateMigratedAsync();
        await base.PrepareAsync();
        other = (await Mail.AddNodeAsync("mx2")).Postfix;
    }

    protected override void Configure(JsonObject configuration)
    {
        base.Configure(configuration);
        configuration["stateDirectory"] = Root.PathOf("policydaemon");
        configuration["store"] = "postgres";
        configuration["cluster"] = new JsonObject { ["nodes"] = 2 };
        JsonObject directory = configuration["directory"]!.AsObject();
        directory.Remove("sqlite");
        directory["postgres"] = PostgresSetup.SectionOf(Root, database);
        directory["postgres"]!["mailboxes"] = false;
    }
}
