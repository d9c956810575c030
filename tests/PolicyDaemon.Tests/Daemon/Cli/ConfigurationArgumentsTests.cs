using PolicyDaemon.Cli;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

public sealed class ConfigurationArgumentsTests
{
    [Theory]
    [InlineData("run --log:level debug", "run", "--log:level debug")]
    [InlineData("--log.level=debug blocks --json", "blocks --json", "--log.level=debug")]
    [InlineData("ask --node mx2 --login alice", "ask --login alice", "--node mx2")]
    [InlineData("ask --sender alice@truenorth.local", "ask --sender alice@truenorth.local", "")]
    [InlineData("block -- --node", "block -- --node", "")]
    [InlineData("run --store", "run", "--store")]
    public void Settings_are_taken_out_wherever_they_stand(string line, string command, string settings)
    {
        (IReadOnlyList<string> words, IReadOnlyList<string> taken) = ConfigurationArguments.Split(line.Split(' '), ["node", "store"]);

        Assert.Equal(command, string.Join(' ', words));
        Assert.Equal(settings, string.Join(' ', taken));
    }

    [Theory]
    [InlineData("--listen.policy.0")]
    [InlineData("--listen:policy:0")]
    [InlineData("--listen.policy:0")]
    public async Task Element_of_a_list_is_named_with_dots_colons_or_both(string name)
    {
        using CommandRun run = new();
        await run.RunAsync($"run {name} inet:127.0.0.1:10040");
        Assert.Equal("inet:127.0.0.1:10040", Assert.Single(run.Started!.Options!.Listen.Policy).ToString());
    }

    [Fact]
    public async Task Setting_reaches_the_configuration_of_any_command()
    {
        using CommandRun run = new();

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("run --node mx7 --log.level debug"));

        Assert.Equal("mx7", run.Started!.Options!.Node);
        Assert.Equal(ExitStatus.No, await run.RunAsync("check-config --log:level loud"));
        Assert.Contains("log.level", run.Error, StringComparison.Ordinal);
    }
}
