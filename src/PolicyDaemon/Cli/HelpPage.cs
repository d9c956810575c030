using System.CommandLine;
using System.CommandLine.Invocation;

namespace PolicyDaemon.Cli;

/// <summary>Writes the help of one command: what it is for, how it is called, and real lines to try.</summary>
internal static class HelpPage
{
    /// <summary>Fits the usual terminal.</summary>
    private const int Width = 80;

    public static void Write(Command command, TextWriter writer)
    {
        writer.Write($"{FullName(command)}: {command.Description}\n\nUsage: {Usage(command)}\n");
        foreach (var paragraph in (command as TaughtCommand)?.Details ?? []) writer.Write($"\n{Wrap(paragraph, 0)}\n");

        WriteTable(writer, "Commands", [.. VisibleCommands(command).Select(child => (child.Name, child.Description ?? ""))]);
        WriteTable(writer, "Arguments", [.. command.Arguments.Select(argument => (NameOf(argument), argument.Description ?? ""))]);
        WriteTable(writer, "Options", [.. Options(command).Select(option => (Label(option), option.Description ?? ""))]);
        if (command is not TaughtCommand taught) return;

        writer.Write("\nExamples:\n");
        foreach (var example in taught.Examples) writer.Write($"  # {example.Purpose}\n  policydaemon {example.Line}\n");
        WriteTable(writer, "Exit status", [.. taught.Statuses.Select(status => ($"{status.Status}", status.Meaning))]);
    }

    /// <summary><c>policydaemon alias add</c>.</summary>
    public static string FullName(Command command) =>
        ParentOf(command) is { } parent ? $"{FullName(parent)} {command.Name}" : command.Name;

    public static string Usage(Command command)
    {
        var words = new List<string> { FullName(command) };
        if (VisibleCommands(command).Any()) words.Add(command.Action is null ? "COMMAND" : "[COMMAND]");
        words.AddRange(command.Arguments.Select(argument => argument switch
        {
            { Arity: { MinimumNumberOfValues: 0, MaximumNumberOfValues: 1 } } => $"[{NameOf(argument)}]",
            { Arity: { MinimumNumberOfValues: 0 } } => $"[{NameOf(argument)}...]",
            { Arity: { MaximumNumberOfValues: > 1 } } => $"{NameOf(argument)}...",
            _ => NameOf(argument),
        }));
        words.AddRange(Options(command).Where(option => option.Required).Select(Label));
        words.Add("[OPTIONS]");
        return string.Join(' ', words);
    }

    /// <summary>The command's own options, then those of every command.</summary>
    public static IEnumerable<Option> Options(Command command) =>
        command.Options.Where(option => !option.Hidden && !option.Recursive)
            .Concat(command.Options.Where(option => !option.Hidden && option.Recursive))
            .Concat(Ancestors(command).SelectMany(parent => parent.Options.Where(option => option is { Recursive: true, Hidden: false })))
            .DistinctBy(option => option.Name);

    /// <summary><c>--for DURATION</c>.</summary>
    public static string Label(Option option) => option.HelpName is { } value ? $"{option.Name} {value}" : option.Name;

    public static string NameOf(Argument argument) => argument.HelpName ?? argument.Name.ToUpperInvariant();

    public static IEnumerable<Command> VisibleCommands(Command command) => command.Subcommands.Where(child => !child.Hidden);

    private static Command? ParentOf(Command command) => command.Parents.OfType<Command>().FirstOrDefault();

    private static IEnumerable<Command> Ancestors(Command command)
    {
        for (var parent = ParentOf(command); parent is not null; parent = ParentOf(parent)) yield return parent;
    }

    private static void WriteTable(TextWriter writer, string title, IReadOnlyList<(string Label, string Text)> rows)
    {
        if (rows.Count == 0) return;
        writer.Write($"\n{title}:\n");
        var column = rows.Max(row => row.Label.Length) + 4;
        foreach (var (label, text) in rows) writer.Write($"  {label.PadRight(column - 2)}{Wrap(text, column)}\n");
    }

    /// <summary>Breaks at spaces; lines behind the first begin at the column given.</summary>
    private static string Wrap(string text, int column)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && column + line.Length + 1 + word.Length > Width)
            {
                lines.Add(line);
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        lines.Add(line);
        return string.Join("\n" + new string(' ', column), lines);
    }
}

/// <summary>What <c>--help</c> does.</summary>
internal sealed class WriteHelp : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        HelpPage.Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return ExitStatus.Yes;
    }
}
