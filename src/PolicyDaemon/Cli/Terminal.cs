using System.Text;
using PolicyDaemon.Backends.Passwords;

namespace PolicyDaemon.Cli;

/// <summary>The person's side of a command: whether colours are shown, and passwords, which no argument may carry.</summary>
internal sealed record Terminal
{
    /// <summary>Standard output is a terminal, and nobody asked for no colours.</summary>
    public bool HasColour { get; init; }

    /// <summary>Standard input is a terminal: a person types.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Standard input, for when no person types.</summary>
    public required TextReader Input { get; init; }

    /// <summary>Shows a prompt and reads what is typed without showing it; null at the end of input.</summary>
    public required Func<string, string?> ReadHidden { get; init; }

    /// <summary>Shows a prompt and reads one line; null at the end of input.</summary>
    public required Func<string, string?> ReadShown { get; init; }

    /// <summary>The terminal that this process was started from.</summary>
    /// <remarks>As https://no-color.org has it: any value of <c>NO_COLOR</c> but the empty one switches colours off.</remarks>
    public static Terminal OfProcess() => new()
    {
        HasColour = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") != "dumb",
        IsInteractive = !Console.IsInputRedirected,

        // To touch Console.In of a terminal changes the terminal's modes, which commands that read nothing must not do.
        Input = Console.IsInputRedirected ? Console.In : TextReader.Null,
        ReadHidden = ReadHiddenFromConsole,
        ReadShown = static prompt =>
        {
            // As for passwords: standard output may be a file.
            Console.Error.Write(prompt);
            return Console.ReadLine();
        },
    };

    private static string? ReadHiddenFromConsole(string prompt)
    {
        // The prompt goes to standard error: standard output may be a file that collects a hash.
        Console.Error.Write(prompt);
        var typed = new StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key is { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } && typed.Length == 0) return null;
            if (key.Key == ConsoleKey.Backspace && typed.Length > 0) typed.Length--;
            else if (!char.IsControl(key.KeyChar) && typed.Length <= PasswordHash.MaxPasswordBytes) typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
