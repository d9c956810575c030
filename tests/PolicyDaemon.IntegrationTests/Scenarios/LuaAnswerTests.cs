using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>What the shipped Lua script makes of answers that are none of the daemon's: always an outage.</summary>
public abstract class LuaAnswerTests(string version) : StackTests
{
    /// <summary>EX_TEMPFAIL of sysexits.h; a user that does not exist is another.</summary>
    private const int TemporaryFailure = 75;

    private const string Html = "<html>result=ok&user=x</html>";

    /// <summary>What is asked about the user of that number is answered so; as the list of users all of them are one answer.</summary>
    private static readonly (int Status, string Body)[] Strange =
    [
        (200, ""), (200, "result="), (200, "result=ok"), (200, "result=OK&user=x"), (200, "result=unavailable"), (200, "{\"result\":\"ok\"}"), (200, Html), (200, "\0result=ok&user=x"),
        (200, new string('x', 100_000)), (204, ""), (302, ""), (400, ""), (401, ""), (404, "result=unknown"), (404, Html), (429, ""), (500, "result=mismatch"), (503, "result=unavailable"),
    ];

    private HttpStub daemon = null!;
    private SnippetDovecot dovecot = null!;

    protected override async ValueTask PrepareAsync()
    {
        daemon = new HttpStub(Root.Address, Answer);
        string snippet = DovecotMailSystem.PrepareLua(Root, version, daemon.Endpoint.ToString());
        dovecot = await SnippetDovecot.StartAsync(Root, version, snippet, null);
    }

    protected override async ValueTask ReleaseAsync() => await daemon.DisposeAsync();

    [Fact]
    public async Task Strange_answer_is_an_outage_to_whoever_asked()
    {
        string[] logins = await Task.WhenAll(Strange.Index().Select(each => MailLogins.LogInAsync("imap", dovecot.EndpointOf("imap"), $"strange{each.Index}", "x")));
        Assert.All(logins, reply => Assert.StartsWith("NO [UNAVAILABLE]", reply, StringComparison.Ordinal));

        CommandResult[] found = await Task.WhenAll(Strange.Index().Select(each => dovecot.RunDoveadmAsync("user", $"strange{each.Index}")));
        Assert.All(found, result => Assert.Equal(TemporaryFailure, result.ExitCode));
    }

    [Fact]
    public async Task List_counts_only_when_it_is_complete()
    {
        // Before 2.4.3, Dovecot 2.4 itself breaks off after some thousand.
        int many = version == "2.4" ? 1000 : 20_000;
        daemon.Users = string.Concat(Enumerable.Range(0, many).Select(number => $"user=u{number}%40truenorth.local\n"));
        Assert.NotEqual(0, (await dovecot.RunDoveadmAsync("user", "*")).ExitCode);
        daemon.Users += "complete=yes\n";
        string listed = (await dovecot.RunDoveadmAsync("user", "*")).EnsureSuccess().Output;
        Assert.Equal(many, listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Count());
        Assert.Contains($"u{many - 1}@truenorth.local\n", listed, StringComparison.Ordinal);
    }

    private static (int Status, string Body) Answer(string question)
    {
        int at = question.IndexOf("strange", StringComparison.Ordinal) + "strange".Length;
        return Strange[int.Parse(string.Concat(question[at..].TakeWhile(char.IsAsciiDigit)), System.Globalization.CultureInfo.InvariantCulture)];
    }
}

public sealed class Dovecot23LuaAnswerTests() : LuaAnswerTests("2.3");

public sealed class Dovecot24LuaAnswerTests() : LuaAnswerTests("2.4");
