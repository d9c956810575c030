using System.Text;

namespace PolicyDaemon.MailStack.Postfix;

/// <summary>
/// The parameters of a main.cf, each once, in the order of their first appearance. A later value replaces an earlier
/// one, as an administrator edits the file.
/// </summary>
/// <remarks>
/// Twice the same name in the file would make every process of Postfix log a warning at its start, enough to fill
/// postlogd's socket and to stop all of Postfix.
/// </remarks>
internal sealed class MainCf
{
    private readonly List<string> names = [];
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    internal void Set(string name, string value)
    {
        if (!values.ContainsKey(name))
            names.Add(name);
        values[name] = value;
    }

    /// <summary>Takes over every <c>name = value</c> of the text. A line that begins with a blank continues the one before, also across comments.</summary>
    internal void Merge(string text)
    {
        foreach (string line in LogicalLines.Read(text))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw new FormatException($"main.cf: no '=' in '{line}'");
            Set(line[..equals].Trim(), line[(equals + 1)..].Trim());
        }
    }

    public override string ToString()
    {
        StringBuilder text = new();
        foreach (string name in names)
            text.Append($"{name} = {values[name]}\n");
        return text.ToString();
    }
}
