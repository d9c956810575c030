using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli;
using PolicyDaemon.Tests.Daemon.Cli;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

/// <summary>docs/commands.md and the commands say the same: behind its preface the page is what the commands themselves tell.</summary>
public sealed partial class CommandsDocumentationTests
{
    private const string Path = "docs/commands.md";
    private const string Beginning = "# The commands one by one\n";

    [Fact]
    public void Every_command_option_exit_status_and_example_is_documented_and_nothing_else()
    {
        string preface = File.ReadAllText(System.IO.Path.Combine(Checkout.Directory, Path)).Split(Beginning)[0];
        StringBuilder page = new(preface + Beginning);
        foreach (TaughtCommand command in CommandTreeTests.All(CommandRun.Tree())) Append(page, command);

        ExpectedFile.Holds(Path, page.ToString());
    }

    [Fact]
    public void Every_operation_of_the_admin_socket_is_listed_and_every_listed_one_exists()
    {
        string page = File.ReadAllText(System.IO.Path.Combine(Checkout.Directory, Path));
        IEnumerable<string> listed = OperationRow().Matches(page).Select(match => match.Groups["operation"].Value);
        IEnumerable<string> served = typeof(AdminOperations).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (dynamic)field.GetValue(null)!)
            .Select(operation => $"{operation.Method} {operation.Path}");

        Assert.Equal(served.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static void Append(StringBuilder page, TaughtCommand command)
    {
        page.Append($"\n## {HelpPage.FullName(command)}\n\n{Sentence(command.Description!)}\n");
        foreach (string paragraph in command.Details) page.Append($"\n{paragraph}\n");
        page.Append($"\n```text\n{HelpPage.Usage(command)}\n```\n");

        List<(string, string)> symbols =
        [
            .. command.Arguments.Select(argument => ($"`{HelpPage.NameOf(argument)}`", argument.Description!)),
            .. command.Options.Where(option => !option.Hidden && (!option.Recursive || !command.Parents.Any()))
                .Select(option => ($"`{HelpPage.Label(option).Replace("|", "\\|", StringComparison.Ordinal)}`", option.Description!)),
        ];
        if (symbols.Count > 0) AppendTable(page, "argument or option", symbols);
        AppendTable(page, "exit status", command.Statuses.Select(status => ($"{status.Status}", status.Meaning)));
        page.Append($"\n```sh\n{string.Join("", command.Examples.Select(example => $"# {example.Purpose}\npolicydaemon {example.Line}\n"))}```\n");
    }

    private static void AppendTable(StringBuilder page, string heading, IEnumerable<(string, string)> rows)
    {
        page.Append($"\n| {heading} | meaning |\n|---|---|\n");
        foreach ((string name, string meaning) in rows) page.Append($"| {name} | {meaning} |\n");
    }

    private static string Sentence(string text) => text.EndsWith('.') ? text : $"PolicyDaemon {text}.";

    [GeneratedRegex(@"^\| `(?<operation>(GET|POST) /[a-z]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex OperationRow();
}
