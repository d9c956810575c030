using System.CommandLine;
using PolicyDaemon.Cli;
using PolicyDaemon.Tests.Daemon.Cli;
using PolicyDaemon.Tests.Daemon.Configuration;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

/// <summary>
/// Every fenced block of README.md and docs/ says what it is, and is true as far as that can be told without a server: configurations load, command
/// lines can be typed. What real programs are asked about is named here with the test that does it.
/// </summary>
public sealed class CodeBlockTests : IDisposable
{
    /// <summary>What is run beside our own program. One that is not here is mistyped, or new: look whether it is right, and add it.</summary>
    private static readonly HashSet<string> Programs = new(StringComparer.Ordinal)
    {
        "adduser", "apt", "cp", "curl", "dotnet", "doveadm", "fail2ban-client", "fail2ban-regex", "grep", "install", "journalctl", "jq", "ldapsearch", "ln", "make", "mv", "pg_dump", "pg_restore",
        "postcat", "postconf", "postfix", "postqueue", "postsuper", "psql", "sort", "sqlite3", "swaks", "systemctl", "tail", "uniq",
    };

    /// <summary>Kinds that real programs read, page by page: these pages, and the test that has them read.</summary>
    private static readonly Dictionary<string, string[]> ReadByPrograms = new(StringComparer.Ordinal)
    {
        ["slapd"] = ["docs/ldap.md"], // LdapPageTests
        ["ldif"] = ["docs/ldap.md"], // LdapPageTests
        ["sql"] = ["docs/operations.md", "docs/postgresql-schemas.md", "docs/postgresql.md"], // OperationsPageTests, the tests of DocumentedSchema, DocumentedBlockTests
        ["ini"] = ["README.md", "docs/configuration.md", "docs/systemd.md", "docs/watch.md"], // DocumentedBlockTests, SystemdPageTests
        ["main.cf"] = ["docs/postfix.md"], // DocumentedBlockTests
        ["master.cf"] = ["docs/containment.md"], // DocumentedBlockTests, ContainmentTests
        ["passwd"] = ["docs/files.md"], // FilesDocumentationTests
        ["csharp"] = ["docs/testing.md"], // for developers, who have a compiler
    };

    private readonly ConfigurationFolder folder = new();

    public static TheoryData<string> Pages => [.. DocumentedBlock.Pages];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_says_what_it_is_and_somebody_reads_it(string page) => Assert.All(DocumentedBlock.ReadAll(page), block =>
    {
        bool isRead = block.Kind is "text" or "sh" or "jsonc" or "json" || ReadByPrograms.GetValueOrDefault(block.Kind)?.Contains(page) == true;
        Assert.True(isRead, $"{block.Place}: nobody reads '{block.Kind}'");
    });

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_configuration_loads_without_a_complaint(string page) => Assert.All(DocumentedBlock.ReadAll(page).Where(block => block.Kind is "jsonc" or "json"), block =>
    {
        folder.Write("postfix-accounts.cf", "alice@example.org|x\n");
        folder.Write("postfix-virtual.cf", "sales@example.org alice@example.org\n");
        IReadOnlyList<string> errors = folder.Load(folder.WithFilesOfThisTest(Whole(block.Text))).Errors;
        Assert.True(errors.Count == 0, $"{block.Place}: {string.Join('\n', errors)}");
    });

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_line_can_be_typed(string page)
    {
        foreach ((string place, string[] command) in Commands(page))
        {
            if (command[0] != "policydaemon")
            {
                Assert.True(Programs.Contains(command[0]), $"{place}: what is '{command[0]}'?");
                continue;
            }

            (IReadOnlyList<string> words, _) = ConfigurationArguments.Split(command[1..], ["node", "store"]);
            ParseResult parsed = CommandRun.Tree().Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
            Assert.True(parsed.Errors.Count == 0, $"{place}: {string.Join(' ', command)}: {string.Join("; ", parsed.Errors.Select(error => error.Message))}");
        }
    }

    /// <summary>On a store with a few people and no servers: what the answer is depends on that, but there is one.</summary>
    /// <remarks>Not <c>doctor</c>, which looks at a Postfix; real ones are looked at elsewhere.</remarks>
    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_command_line_of_ours_comes_to_an_end(string page)
    {
        using CommandRun run = new() { Input = "a new password\n" };
        foreach ((string place, string[] command) in Commands(page).Where(one => one.Command is ["policydaemon", not "doctor", ..]))
        {
            Assert.InRange(await run.RunAsync(command[1..]), ExitStatus.Yes, ExitStatus.CannotTell);
            Assert.False(run.Error.Contains("this is our mistake", StringComparison.Ordinal), $"{place}: {string.Join(' ', command)}: {run.Error}");
            Assert.True(run.Output.Length + run.Error.Length > 0 || command.ElementAtOrDefault(1) is null or "run" or "kick", $"{place}: {string.Join(' ', command)}: nothing is said");
        }
    }

    private static IEnumerable<(string Place, string[] Command)> Commands(string page) =>
        from block in DocumentedBlock.ReadAll(page)
        where block.Kind is "sh" or "text"
        from command in ShellText.Commands(block.Kind == "sh" ? block.Text : ShellText.TypedIn(block.Text))
        select (block.Place, command);

    /// <summary>A page may show one section alone: of <c>directory</c>, or at the top.</summary>
    private static string Whole(string text) => text.TrimStart() switch
    {
        ['{', ..] => text,
        var section when section.StartsWith("\"queries\"", StringComparison.Ordinal) => Postgres($"{{ \"connectionString\": \"Host=db1\", {section} }}"),
        var section when section.StartsWith("\"postgres\"", StringComparison.Ordinal) => $"{{ \"directory\": {{ {section} }} }}",
        var section => $"{{ {section} }}",
    };

    private static string Postgres(string section) => $"{{ \"directory\": {{ \"domains\": [\"example.org\"], \"postgres\": {section} }} }}";
}
