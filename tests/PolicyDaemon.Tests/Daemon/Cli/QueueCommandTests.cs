using System.Globalization;
using System.Text.Json;
using PolicyDaemon.Cli;
using PolicyDaemon.Doctor;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

/// <summary><c>queue hold</c> and <c>queue release</c> against programs that answer as Postfix's do; what Postfix really does is for real servers.</summary>
public sealed class QueueCommandTests : IDisposable
{
    private readonly CommandRun run = new();
    private readonly Queueful postfix = new();

    public QueueCommandTests() => run.ProgramAnswer = postfix.Answer;

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Mail_under_every_name_of_the_account_is_held_and_no_other()
    {
        postfix.Add("4aaaaaaaaaz1", "active", "alice");
        postfix.Add("4bbbbbbbbbz1", "deferred", "Alice@Truenorth.Local");
        postfix.Add("4cccccccccz1", "incoming", "bob");
        postfix.Add("4dddddddddz1", "active", "");
        postfix.Add("4fffffffffz1", "hold", "alice");

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("queue hold --login ALICE"));

        Assert.Equal(["4aaaaaaaaaz1", "4bbbbbbbbbz1", "4fffffffffz1"], postfix.In("hold"));
        Assert.EndsWith("2 messages held\n", run.Output, StringComparison.Ordinal);
        Assert.Equal("", run.Error);
    }

    /// <summary>A shell's empty variable must not mean all mail that came without a login: what the world sends to this site.</summary>
    [Theory]
    [InlineData("hold", "--login")]
    [InlineData("release", "--sender")]
    public async Task Empty_name_is_a_mistake_and_moves_nothing(string command, string option)
    {
        postfix.Add("4dddddddddz1", "active", "");

        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync(["queue", command, option, ""]));

        Assert.Contains($"{option} is empty", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Programs);
        Assert.Empty(postfix.In("hold"));
    }

    [Fact]
    public async Task Mail_that_comes_while_the_other_is_held_is_held_too()
    {
        postfix.Add("4aaaaaaaaaz1", "active", "alice");
        postfix.Moving = () => postfix.Add("4bbbbbbbbbz1", "incoming", "alice");

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("queue hold --login alice"));

        Assert.Equal(["4aaaaaaaaaz1", "4bbbbbbbbbz1"], postfix.In("hold"));
    }

    [Fact]
    public async Task Mail_that_leaves_the_queue_meanwhile_is_no_error_and_is_not_counted()
    {
        postfix.Add("4aaaaaaaaaz1", "active", "alice");
        postfix.Add("4bbbbbbbbbz1", "active", "alice");
        postfix.Add("4cccccccccz1", "active", "alice");
        postfix.Listed = () => postfix.Remove("4aaaaaaaaaz1");
        postfix.Moving = () => postfix.Remove("4bbbbbbbbbz1");

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("queue hold --login alice"));

        Assert.Equal(["4cccccccccz1"], postfix.In("hold"));
        Assert.EndsWith("1 message held\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dry_run_lists_and_moves_nothing()
    {
        postfix.Add("4aaaaaaaaaz1", "active", "alice");
        postfix.Add("4bbbbbbbbbz1", "hold", "alice");

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("queue hold --login alice --dry-run"));

        Assert.Equal(
            "QUEUE ID      QUEUE   ARRIVED               SIZE  LOGIN  FROM                   TO\n" +
            "4aaaaaaaaaz1  active  2026-11-21 12:00:00Z  1234  alice  alice@truenorth.local  bob@example.org and 1 more\n" +
            "1 message would be held\n",
            run.Output);
        Assert.Equal(["4bbbbbbbbbz1"], postfix.In("hold"));
        Assert.DoesNotContain(run.Programs, line => line.StartsWith("postsuper", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Released_is_what_is_held_of_the_login_and_the_sender()
    {
        postfix.Add("4aaaaaaaaaz1", "hold", "alice");
        postfix.Add("4bbbbbbbbbz1", "hold", "bob");
        postfix.Add("4cccccccccz1", "hold", "alice", "thief@elsewhere.example");
        postfix.Add("4dddddddddz1", "deferred", "alice");

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("queue release --login alice --sender Alice@truenorth.local --json"));

        Assert.Equal(["4aaaaaaaaaz1", "4dddddddddz1"], postfix.In("deferred"));
        using JsonDocument report = JsonDocument.Parse(run.Output);
        JsonElement message = Assert.Single(report.RootElement.GetProperty("messages").EnumerateArray());
        Assert.Equal("4aaaaaaaaaz1", message.GetProperty("queueId").GetString());
        Assert.Equal("alice", message.GetProperty("login").GetString());
        Assert.False(report.RootElement.GetProperty("isDryRun").GetBoolean());
    }

    [Fact]
    public async Task Instance_is_named_to_every_program()
    {
        postfix.Add("4aaaaaaaaaz1", "active", "");
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("queue hold --sender alice@truenorth.local --postfix-config /etc/postfix-out"));
        Assert.All(run.Programs, line => Assert.Contains(" -c /etc/postfix-out ", line, StringComparison.Ordinal));
        Assert.Equal(["postqueue", "postcat", "postsuper"], run.Programs.Select(line => line.Split(' ')[0]).Distinct());
    }

    [Fact]
    public async Task Thousand_messages_are_held_batch_by_batch()
    {
        for (int i = 0; i < 1000; i++) postfix.Add(string.Create(CultureInfo.InvariantCulture, $"4x{i:D6}"), "active", i % 2 == 0 ? "alice" : "bob");

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("queue hold --login alice"));

        Assert.Equal(500, postfix.In("hold").Count());
        Assert.Equal(10, run.Programs.Count(line => line.StartsWith("postsuper", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("queue hold --login nobody", "no such mail is in the queue, or all of it is held already\n")]
    [InlineData("queue release --login nobody", "no such mail is held\n")]
    public async Task Nothing_to_move_is_said(string line, string said)
    {
        postfix.Add("4aaaaaaaaaz1", "active", "alice");
        Assert.Equal(ExitStatus.No, await run.RunAsync(line));
        Assert.Equal(said, run.Output);
    }

    [Theory]
    [InlineData("queue", "say what to do: policydaemon queue hold|release")]
    [InlineData("queue hold", "say whose mail: --login LOGIN, --sender ADDRESS, or both; see: policydaemon queue hold --help")]
    [InlineData("queue hold alice --login alice", "'alice' is one word too many")]
    [InlineData("queue hodl --login alice", "there is no command 'hodl'; did you mean hold?")]
    [InlineData("queue hold --login", "--login LOGIN: the value is missing")]
    [InlineData("queue hold --dryrun --login alice", "--dry-run")]
    public async Task Mistyped_is_told_and_no_program_runs(string line, string told)
    {
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync(line));
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Programs);
    }

    [Fact]
    public async Task Who_is_not_root_is_told_so()
    {
        run.IsRoot = false;
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("queue hold --login alice --dry-run"));
        Assert.Equal("policydaemon: only root may look into Postfix's queue files: run this with sudo\n", run.Error);
        Assert.Empty(run.Programs);
    }

    [Fact]
    public async Task Host_without_postfix_is_told_by_name_of_the_program()
    {
        run.ProgramFault = new InstallationException("cannot run postqueue: No such file or directory");
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("queue hold --login alice"));
        Assert.Equal("policydaemon: cannot run postqueue: No such file or directory\n", run.Error);
    }

    [Theory]
    [InlineData("postqueue", "postqueue -j: fatal: sorry (exit status 1)")]
    [InlineData("postcat", "postcat -eq: fatal: sorry (exit status 1)")]
    [InlineData("postsuper", "postsuper -h: fatal: sorry (exit status 1)")]
    public async Task Program_that_fails_is_told_with_its_words_and_what_was_held_before_is_shown(string program, string told)
    {
        for (int i = 0; i < 150; i++) postfix.Add(string.Create(CultureInfo.InvariantCulture, $"4x{i:D6}"), "active", "alice");
        int calls = 0;
        run.ProgramAnswer = line => line.StartsWith(program, StringComparison.Ordinal) && ++calls == 2 ? new CommandOutput(1, "", "fatal:\nsorry\n") : postfix.Answer(line);

        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("queue hold --login alice"));

        Assert.Equal($"policydaemon: {told}\n", run.Error);
        Assert.EndsWith($"{postfix.In("hold").Count()} messages held\n", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mail queue is empty")]
    [InlineData("{}")]
    [InlineData("""{"queue_name":"active","queue_id":"ALL","arrival_time":1,"message_size":1,"forced_expire":false,"sender":"alice@truenorth.local","recipients":[]}""")]
    [InlineData("""{"queue_name":"active","queue_id":"-d","arrival_time":1,"message_size":1,"forced_expire":false,"sender":"alice@truenorth.local","recipients":[]}""")]
    public async Task Listing_that_is_none_moves_nothing(string listing)
    {
        run.ProgramAnswer = _ => new CommandOutput(0, listing + "\n", "");
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("queue hold --sender alice@truenorth.local"));
        Assert.Equal("policydaemon: postqueue -j: a line is not what postqueue(1) describes\n", run.Error);
        Assert.Single(run.Programs);
    }
}
