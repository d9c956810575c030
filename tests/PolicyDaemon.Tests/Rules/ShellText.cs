using System.Text;

namespace PolicyDaemon.Tests.Rules;

/// <summary>Takes the commands out of a text for a shell: as much of sh(1) as documentation uses.</summary>
internal static class ShellText
{
    /// <summary>The commands, each with its arguments, quotes and redirections taken away; <c>sudo</c> and assignments in front are left out.</summary>
    public static IEnumerable<string[]> Commands(string text) =>
        Words(text.Replace("\\\n", " ", StringComparison.Ordinal)).Select(Bare).Where(command => command.Length > 0);

    /// <summary>Of a transcript what was typed: <c>$ policydaemon …</c>.</summary>
    public static string TypedIn(string transcript) =>
        string.Concat(transcript.Split('\n').Where(line => line.StartsWith("$ ", StringComparison.Ordinal)).Where(line => !line.StartsWith("$ ldapmodify", StringComparison.Ordinal)).Select(line => line[2..] + "\n"));

    private static IEnumerable<List<string>> Words(string text)
    {
        List<string> command = [];
        StringBuilder word = new();
        bool isWord = false;
        for (int i = 0; i < text.Length; i++)
        {
            char character = text[i];
            if (character is '\'' or '"')
            {
                int end = text.IndexOf(character, i + 1);
                word.Append(text, i + 1, end - i - 1);
                (isWord, i) = (true, end);
            }
            else if (character is ' ' or '\n' or '|' or ';' or '&' or '#' && !(character == '#' && isWord))
            {
                if (isWord) command.Add(word.ToString());
                word.Clear();
                isWord = false;
                if (character == '#') i = text.IndexOf('\n', i);
                if (character == ' ') continue;
                yield return command;
                command = [];
            }
            else
            {
                word.Append(character);
                isWord = true;
            }
        }

        yield return command;
    }

    private static string[] Bare(List<string> words)
    {
        List<string> bare = [];
        for (int i = 0; i < words.Count; i++)
        {
            if (words[i] is "<" or ">" or ">>") i++;
            else bare.Add(words[i]);
        }

        while (bare.Count > 0 && (bare[0] == "sudo" || bare[0] == "-u" || IsAssignment(bare[0]))) bare.RemoveRange(0, bare[0] == "-u" ? 2 : 1);
        return [.. bare];
    }

    private static bool IsAssignment(string word) => word.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && word[..at].All(character => char.IsAsciiLetterUpper(character) || character == '_');
}
