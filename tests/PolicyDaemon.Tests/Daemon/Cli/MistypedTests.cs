using PolicyDaemon.Cli;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

public sealed class MistypedTests
{
    [Theory]
    [InlineData("blok alice", "there is no command 'blok'; did you mean block?; see: policydaemon --help")]
    [InlineData("frobnicate", "there is no command 'frobnicate'; see: policydaemon --help")]
    [InlineData("account", "say what to do: policydaemon account add|remove|list|set; see: policydaemon account --help")]
    [InlineData("account ad x@y.example", "there is no command 'ad'; did you mean add?; see: policydaemon account --help")]
    [InlineData("block alice bob", "'bob' is one word too many; see: policydaemon block --help")]
    [InlineData("block alice --reson x", "there is no option '--reson' here; did you mean --reason?; see: policydaemon block --help")]
    [InlineData("block alice --domain truenorth.local", "say one of LOGIN, --domain DOMAIN and --everyone; see: policydaemon block --help")]
    [InlineData("unblock", "say one of LOGIN, --domain DOMAIN and --everyone; see: policydaemon unblock --help")]
    [InlineData("block alice --for 2", "--for takes a number and its unit, such as 30s, 10m, 2h or 7d, not '2'; see: policydaemon block --help")]
    [InlineData("ask --size big", "--size takes octets, such as 20000 or 10M, not 'big'; see: policydaemon ask --help")]
    [InlineData("ask --recipient-count -3", "--recipient-count takes a whole number, 0 or more, not '-3'; see: policydaemon ask --help")]
    [InlineData("hash-password --scheme MD4", "--scheme takes one of ARGON2ID, SHA512-CRYPT, SHA256-CRYPT, BLF-CRYPT, SSHA512, PLAIN, not 'MD4'; see: policydaemon hash-password --help")]
    [InlineData("account set a@b.example --limit login-day", "--limit takes NAME=NUMBER, such as login-day=500, not 'login-day'; see: policydaemon account set --help")]
    [InlineData("account set a@b.example --quota 1000", "--quota takes whole mebibytes, such as 500M or 2G; see: policydaemon account set --help")]
    [InlineData("help blok", "there is no command 'blok'; did you mean block?; see: policydaemon --help")]
    [InlineData("help block alice", "there is no command 'alice'; see: policydaemon block --help")]
    [InlineData("account set a@b.example --send-allowed maybe", "--send-allowed takes true, false or absent, not 'maybe'; see: policydaemon account set --help")]
    [InlineData("block alice --action kill", "--action takes reject, defer or hold, not 'kill'; see: policydaemon block --help")]
    [InlineData("ask --sender", "--sender ADDRESS: the value is missing; see: policydaemon ask --help")]
    [InlineData("lookup account", "LOGIN is missing: policydaemon lookup account LOGIN [OPTIONS]; see: policydaemon lookup account --help")]
    public async Task Mistake_is_one_sentence_that_says_what_to_do_and_status_2(string line, string sentence)
    {
        using CommandRun run = new();

        int status = await run.RunAsync(line);

        Assert.Equal($"policydaemon: {sentence}\n", run.Error);
        Assert.Empty(run.Output);
        Assert.Equal(ExitStatus.CannotTell, status);
    }

    [Fact]
    public async Task Store_that_cannot_be_opened_is_one_sentence_and_status_2()
    {
        using CommandRun run = new() { OpenFault = new IOException("/var/lib/policydaemon/policydaemon.db: permission denied") };
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("blocks"));
        Assert.Equal("policydaemon: /var/lib/policydaemon/policydaemon.db: permission denied\n", run.Error);
    }

    [Fact]
    public async Task Our_own_mistake_is_status_2_and_says_that_it_is_ours()
    {
        using CommandRun run = new() { OpenFault = new InvalidOperationException("x") };
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("blocks"));
        Assert.StartsWith("policydaemon: this is our mistake, please report it with what follows\nSystem.InvalidOperationException: x", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminal_escapes_in_arguments_are_not_echoed()
    {
        using CommandRun run = new();
        await run.RunAsync("\e[31mblock");
        Assert.DoesNotContain('\e', run.Error);
    }
}
