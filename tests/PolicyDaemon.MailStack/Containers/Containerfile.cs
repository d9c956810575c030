using System.Text;
using System.Text.Json;

namespace PolicyDaemon.MailStack.Containers;

/// <summary>One instruction of a Containerfile: its name in capitals, and what follows in one line.</summary>
public sealed record ContainerInstruction(string Name, string Text)
{
    /// <summary>A command in the form of a JSON list, or as a line for the shell.</summary>
    public static IReadOnlyList<string> CommandOf(string text) => text.StartsWith('[') ? JsonSerializer.Deserialize<string[]>(text)! : ["/bin/sh", "-c", text];
}

/// <summary>Reads a Containerfile: Docker's "Dockerfile reference", without heredocs, parser directives and variables.</summary>
public static class Containerfile
{
    /// <returns>Its instructions in their order.</returns>
    public static IReadOnlyList<ContainerInstruction> Read(string path)
    {
        List<ContainerInstruction> instructions = [];
        StringBuilder line = new();
        foreach (string text in File.ReadLines(path).Where(text => !text.TrimStart().StartsWith('#')))
        {
            bool goesOn = text.EndsWith('\\');
            line.Append(goesOn ? text[..^1] : text);
            if (goesOn) continue;
            if (line.ToString().Trim().Split(' ', 2) is [{ Length: > 0 } name, var rest]) instructions.Add(new(name.ToUpperInvariant(), rest.Trim()));
            line.Clear();
        }

        return instructions;
    }
}
