using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Packaging;

/// <summary>Manual pages and completion of the package, which are made of docs/.</summary>
public sealed class PackagePagesTests
{
    [Theory]
    [InlineData("man8/policydaemon.8.gz", "policydaemon hash\\-password")]
    [InlineData("man5/policydaemon.json.5.gz", "directory.ldap.staleFor")]
    public async Task Manual_page_is_whole_and_troff_has_nothing_to_say(string page, string content)
    {
        await DebianPackage.GetAsync();
        string path = Path.Combine(DebianPackage.Tree, "usr/share/man", page);
        CommandResult source = (await Command.RunAsync("zcat", [path])).EnsureSuccess();
        Assert.Contains(content, source.Output, StringComparison.OrdinalIgnoreCase);
        CommandResult lint = await Command.RunAsync("mandoc", ["-T", "lint", "-W", "warning"], source.Output);
        Assert.Equal("", lint.Output);
    }

    [Fact]
    public async Task Completion_knows_commands_their_commands_and_options()
    {
        await DebianPackage.GetAsync();
        string completion = Path.Combine(DebianPackage.Tree, "usr/share/bash-completion/completions/policydaemon");
        Assert.Equal("unblock", await CompleteAsync(completion, "policydaemon", "unb"));
        Assert.Equal("list", await CompleteAsync(completion, "policydaemon", "account", "l"));
        Assert.Equal("--send-allowed", await CompleteAsync(completion, "policydaemon", "account", "set", "alice", "--send-al"));
    }

    private static async Task<string> CompleteAsync(string completion, params string[] words)
    {
        const string Script = """. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _policydaemon; echo "${COMPREPLY[*]}" """;
        return (await Command.RunAsync("bash", ["-c", Script, "complete", completion, .. words])).EnsureSuccess().Output.Trim();
    }
}
