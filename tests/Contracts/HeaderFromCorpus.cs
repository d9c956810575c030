using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Contracts;

/// <summary>The cases of <c>tests/corpus/header-from</c>, whose README says how they are written.</summary>
public static partial class HeaderFromCorpus
{
    public static IReadOnlyList<HeaderFromCase> Read() =>
    [
        .. Directory.GetFiles(Path.Combine(MailStack.Checkout.Directory, "tests", "corpus", "header-from"), "*.txt").Order(StringComparer.Ordinal)
            .SelectMany(file => File.ReadAllText(file).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(ReadOne)),
    ];

    private static HeaderFromCase ReadOne(string text)
    {
        var lines = text.Trim('\n').Split('\n');
        var fields = lines[1..].TakeWhile(line => !line.StartsWith("-> ", StringComparison.Ordinal)).ToArray();
        var expected = lines[fields.Length + 1][3..];
        var postfix = Array.Find(lines, line => line.StartsWith("postfix: ", StringComparison.Ordinal))?["postfix: ".Length..];
        return new HeaderFromCase(lines[0][2..], ToOctets(string.Join('\n', fields)), expected, postfix ?? expected);
    }

    private static byte[] ToOctets(string text)
    {
        var octets = new List<byte>();
        var at = 0;
        foreach (Match escape in Escape().Matches(text))
        {
            octets.AddRange(Encoding.UTF8.GetBytes(text[at..escape.Index]));
            octets.AddRange(ToOctets(escape));
            at = escape.Index + escape.Length;
        }

        octets.AddRange(Encoding.UTF8.GetBytes(text[at..]));
        return [.. octets];
    }

    private static byte[] ToOctets(Match escape)
    {
        if (escape.Groups["octet"] is { Success: true } octet) return [byte.Parse(octet.Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)];
        if (escape.Groups["letter"] is { Success: true } letter)
        {
            return Encoding.UTF8.GetBytes([(char)int.Parse(letter.Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)]);
        }

        var times = int.Parse(escape.Groups["times"].Value, CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(escape.Groups["text"].Value, times)));
    }

    [GeneratedRegex(@"\\x(?<octet>[0-9A-F]{2})|\\u(?<letter>[0-9A-F]{4})|\\\*(?<times>\d+)\{(?<text>[^}]*)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Escape();
}

/// <summary>One message header and what becomes of it.</summary>
/// <param name="Fields">The header as a milter is shown it: lines end in LF, the last one in nothing.</param>
/// <param name="Expected">The addresses of From, or <c>refused</c>, code, status and reason.</param>
/// <param name="ExpectedThroughPostfix">The same where Postfix stands before.</param>
public sealed record HeaderFromCase(string Name, byte[] Fields, string Expected, string ExpectedThroughPostfix)
{
    public bool IsRefused => Expected.StartsWith("refused ", StringComparison.Ordinal);

    public MessageHeader ToHeader()
    {
        var builder = new MessageHeader.Builder();
        foreach (var field in Split())
        {
            var colon = Array.IndexOf(field, (byte)':');
            builder.Add(field.AsSpan(0, colon), field.AsSpan(colon + 1));
        }

        return builder.Build();
    }

    public override string ToString() => Name;

    private IEnumerable<byte[]> Split()
    {
        var start = 0;
        for (var i = 0; i < Fields.Length; i++)
        {
            var isEnd = Fields[i] == '\n' && (i + 1 == Fields.Length || Fields[i + 1] is not ((byte)' ' or (byte)'\t'));
            if (!isEnd) continue;
            yield return Fields[start..i];
            start = i + 1;
        }

        yield return Fields[start..];
    }
}
