using System.Text.Json;
using PolicyDaemon.Cli;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

public sealed class AskCommandTests : IDisposable
{
    private const string AliceToBob = "ask --login alice --sender alice@truenorth.local --recipient bob@truenorth.local --client 192.0.2.7 --context submission";

    private readonly CommandRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Permitted_is_status_0_and_says_who_answered()
    {
        Assert.Equal(ExitStatus.Yes, await run.RunAsync(AliceToBob));
        Assert.Contains("\ndunno\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(
            $"policydaemon: no daemon answers on unix:{run.SocketPath}: answered by this process, which does not know what a daemon has counted\n", run.Error);
    }

    [Fact]
    public async Task Refused_is_status_1_and_every_check_is_explained()
    {
        run.Daemon.Directory.AliceSends = SendAllowed.False;

        Assert.Equal(ExitStatus.No, await run.RunAsync(AliceToBob));
        ExpectedFile.Holds("tests/PolicyDaemon.Tests/Daemon/Cli/Expected/ask-refused.txt", run.Output);
    }

    [Fact]
    public async Task Directory_down_is_status_2_and_not_a_refusal()
    {
        run.Daemon.Directory.IsDown = true;

        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync(AliceToBob));
        ExpectedFile.Holds("tests/PolicyDaemon.Tests/Daemon/Cli/Expected/ask-directory-down.txt", run.Output);
    }

    [Fact]
    public async Task Header_of_the_message_is_asked_about_as_a_milter_would()
    {
        var question = new[] { "ask", "--login", "alice", "--sender", "alice@truenorth.local", "--header-from" };
        Assert.Equal(ExitStatus.Yes, await run.RunAsync([.. question, "Alice <alice@truenorth.local>"]));
        Assert.Equal(ExitStatus.No, await run.RunAsync([.. question, "Bob <bob@truenorth.local>", "--header-sender", "alice@truenorth.local", "--json"]));

        JsonElement json = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("headerFrom", json.GetProperty("check").GetString());
        Assert.Equal("header_from_not_owned", json.GetProperty("reason").GetString());
        Assert.Equal("Bob <bob@truenorth.local>", json.GetProperty("question").GetProperty("headerFrom").GetString());

        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync([.. question, "x", "--recipient", "bob@truenorth.local", "--stage", "rcpt"]));
        Assert.Contains("nobody has seen the header yet", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Held_mail_is_status_1()
    {
        await run.RunAsync("block --everyone --action hold");
        Assert.Equal(ExitStatus.No, await run.RunAsync(AliceToBob));
        Assert.Contains("HOLD", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_the_same_answer_for_programs()
    {
        run.Daemon.Directory.AliceSends = SendAllowed.False;

        Assert.Equal(ExitStatus.No, await run.RunAsync(AliceToBob + " --json"));

        JsonElement json = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("reject", json.GetProperty("verdict").GetString());
        Assert.Equal("senderAuthorization", json.GetProperty("check").GetString());
        Assert.Equal("sending_disabled", json.GetProperty("reason").GetString());
        Assert.Equal("554 5.7.1 <bob@truenorth.local>: Recipient address rejected: Sending is disabled for this account", json.GetProperty("reply").GetString());
        Assert.Equal(5, json.GetProperty("checks").GetArrayLength());
        Assert.Equal(120, json.GetProperty("checks")[1].GetProperty("facts")[0].GetProperty("ageMs").GetInt64());
    }

    [Theory]
    [InlineData("ask --login alice --recipient bob@truenorth.local", "at RCPT the envelope sender is known: say --sender ADDRESS, or --sender '<>' for the null sender")]
    [InlineData("ask --sender <> --stage rcpt", "at RCPT the recipient is known: say --recipient ADDRESS")]
    [InlineData("ask --sender <> --stage soon", "stage 'soon' is none of CONNECT, EHLO, HELO, MAIL, RCPT, DATA, END-OF-MESSAGE")]
    [InlineData("ask --sender <> --client mail.example.org", "client 'mail.example.org' is no IPv4 or IPv6 address")]
    public async Task Question_that_makes_no_sense_is_status_2(string line, string sentence)
    {
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync(line));
        Assert.Contains($"policydaemon: {sentence}\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Null_sender_can_be_asked_for()
    {
        Assert.Equal(ExitStatus.No, await run.RunAsync("ask", "--login", "alice", "--sender", "<>", "--offline"));
        Assert.Contains("null_sender_from_login", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }
}
