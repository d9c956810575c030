using System.CommandLine;
using PolicyDaemon.Cli.Pages;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Cli.Commands;

/// <summary><c>policydaemon help alias add</c>, for those who type it so.</summary>
internal static class HelpCommand
{
    public static TaughtCommand Create(Command root)
    {
        var words = new Argument<string[]>("command")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "The command to explain; none: all of them.",
        };
        var command = new TaughtCommand("help", "Explain a command: the same as COMMAND --help.")
        {
            Examples = [new("All commands", "help"), new("One command", "help block"), new("A command of a command", "help alias add")],
        };
        command.Add(words);
        command.SetAction((parsed, _) => Task.FromResult(Explain(root, parsed.GetValue(words) ?? [], parsed.InvocationConfiguration)));
        return command;
    }

    private static int Explain(Command root, string[] words, InvocationConfiguration invocation)
    {
        var explained = root;
        foreach (var word in words)
        {
            var children = HelpPage.VisibleCommands(explained).ToList();
            var child = children.Find(candidate => candidate.Name == word);
            if (child is null)
            {
                var suggestion = Spelling.Suggest(word, [.. children.Select(candidate => candidate.Name)]);
                invocation.Error.Write($"policydaemon: there is no command '{PlainText.Of(word)}'{suggestion}; see: {HelpPage.FullName(explained)} --help\n");
                return ExitStatus.CannotTell;
            }

            explained = child;
        }

        HelpPage.Write(explained, invocation.Output);
        return ExitStatus.Yes;
    }
}
