using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.Demo;

/// <summary>Prints the story, and notes where it did not go as told.</summary>
internal sealed class Narrator(TextWriter output)
{
    private int chapter;

    /// <summary>0 while everything went as told.</summary>
    public int ExitCode { get; private set; }

    public void Say(string text) => output.WriteLine(text);

    public void Chapter(string title) => output.WriteLine($"\n== {++chapter}. {title}\n");

    /// <summary>A command as it would be typed, and what it printed.</summary>
    public void Show(string command, string printed)
    {
        output.WriteLine($"$ {command}");
        output.WriteLine(string.Join('\n', printed.TrimEnd('\n').Split('\n').Select(line => $"  {line.TrimEnd()}")));
    }

    /// <summary>A command that was run; of an SMTP conversation without what the server offers.</summary>
    public void Show(string command, CommandResult result) => Show(command, string.Join('\n', (result.Output + result.Error).Split('\n').Where(IsTold)));

    private static bool IsTold(string line) =>
        !line.StartsWith("=== ", StringComparison.Ordinal) && !line.StartsWith("<-  250-", StringComparison.Ordinal) && !line.StartsWith(" -> AUTH PLAIN ", StringComparison.Ordinal);

    /// <summary>What the reader should see in the lines above.</summary>
    public void Expect(bool isSo, string what)
    {
        output.WriteLine(isSo ? $"-> {what}" : $"-> NOT AS TOLD: {what}");
        if (!isSo) ExitCode = 1;
    }
}
