using System.Buffers;
using System.Text;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>A list of addresses in one text, as Postfix reads the result of a virtual alias table.</summary>
/// <remarks>virtual(5), "TABLE FORMAT": separated by commas or white space; a localpart in quotes may have both.</remarks>
internal static class AddressList
{
    private static readonly SearchValues<char> Special = SearchValues.Create(", \t\r\n\"\\");

    /// <summary>The addresses in internal form, without quotes.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        if (!text.AsSpan().ContainsAny(Special)) return text.Length == 0 ? [] : [text];
        var items = new List<string>();
        var current = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && i + 1 < text.Length) current.Append(text[++i]);
            else if (c == '"') isQuoted = !isQuoted;
            else if (!isQuoted && (c == ',' || char.IsWhiteSpace(c))) End();
            else current.Append(c);
        }

        End();
        return items;

        void End()
        {
            if (current.Length > 0) items.Add(current.ToString());
            current.Clear();
        }
    }
}
