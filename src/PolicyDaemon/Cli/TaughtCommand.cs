using System.CommandLine;

namespace PolicyDaemon.Cli;

/// <summary>A real line that can be typed, and what it is good for.</summary>
/// <param name="Line">Without <c>policydaemon</c> in front.</param>
internal sealed record Example(string Purpose, string Line);

/// <summary>
/// A command that teaches: what it is for at length, its exit statuses, examples. Help and <c>docs/commands.md</c> are made from it.
/// </summary>
internal sealed class TaughtCommand(string name, string description) : Command(name, description)
{
    /// <summary>Paragraphs below the usage line.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    public required IReadOnlyList<Example> Examples { get; init; }

    /// <summary>Meaning of each exit status that the command has; empty: 0 done, 2 usage.</summary>
    public IReadOnlyList<(int Status, string Meaning)> Statuses { get; init; } =
    [
        (ExitStatus.Yes, "done"),
        (ExitStatus.CannotTell, "the command was not understood"),
    ];

    /// <summary>Adds arguments and options, in the order in which help shows them.</summary>
    public TaughtCommand With(params IReadOnlyList<Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument) Add(argument);
            else Add((Option)symbol);
        }

        return this;
    }

    /// <summary>What it does; returns the exit status.</summary>
    public TaughtCommand Runs(Func<ParseResult, CancellationToken, Task<int>> run)
    {
        SetAction(run);
        return this;
    }
}
