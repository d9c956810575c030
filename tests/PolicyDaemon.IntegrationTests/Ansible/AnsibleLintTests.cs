using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Ansible;

/// <summary>The role is written as those who read Ansible expect it.</summary>
public sealed class AnsibleLintTests : StackTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Linters_have_nothing_to_say_and_the_example_is_understood()
    {
        AnsibleProgram ansible = new(Root.Directory);

        CommandResult lint = await ansible.RunAsync("ansible-lint", ["--offline", "--nocolor", "-p"], Limit);
        Assert.True(lint.ExitCode == 0, lint.Output + lint.Error);
        CommandResult style = await ansible.RunAsync("yamllint", ["--strict", "."], Limit);
        Assert.True(style.ExitCode == 0, style.Output);
        CommandResult syntax = await ansible.RunAsync("ansible-playbook", ["-i", "inventory.example.yml", "--syntax-check", "playbook.yml"], Limit);
        Assert.True(syntax.ExitCode == 0, syntax.Output + syntax.Error);
    }
}
