using System.Buffers;
using System.Text;

namespace PolicyDaemon.Engine.Messages;

internal enum AddressTokenKind
{
    End,

    /// <summary>A run of characters that mean nothing special; letters beyond ASCII and encoded words too.</summary>
    Atom,

    /// <summary>A quoted string, without its quotes and backslashes.</summary>
    Quoted,

    /// <summary>A comment, without its outer parentheses and its backslashes.</summary>
    Comment,

    /// <summary>A domain literal, with its brackets.</summary>
    Literal,

    /// <summary>One of <c>&lt; &gt; @ , ; : .</c></summary>
    Special,

    /// <summary>What is never closed, or closed without being opened; the text says what.</summary>
    Fault,
}

/// <param name="IsSpaced">White space stands before it.</param>
internal readonly record struct AddressToken(AddressTokenKind Kind, string Text, bool IsSpaced)
{
    public bool Is(char special) => Kind == AddressTokenKind.Special && Text[0] == special;
}

/// <summary>Cuts the text of an address field into the tokens of RFC 5322 section 3.2. One pass; comments nest by a count, not by calls.</summary>
internal ref struct AddressLexer(ReadOnlySpan<char> text)
{
    /// <summary>How deep comments may lie in each other.</summary>
    public const int MaxDepth = 16;

    private static readonly SearchValues<char> Special = SearchValues.Create("()<>[]:;@\\,.\" \t");
    private static readonly SearchValues<char> Literal = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:-");

    private readonly ReadOnlySpan<char> text = text;
    private int at;

    public AddressToken Next()
    {
        var start = at;
        while (at < text.Length && text[at] is ' ' or '\t') at++;
        var isSpaced = at > start;
        if (at == text.Length) return new(AddressTokenKind.End, "", isSpaced);
        return text[at] switch
        {
            '"' => ReadQuoted(isSpaced),
            '(' => ReadComment(isSpaced),
            '[' => ReadLiteral(isSpaced),
            '<' or '>' or '@' or ',' or ';' or ':' or '.' => new(AddressTokenKind.Special, text[at++].ToString(), isSpaced),
            ')' or ']' or '\\' => new(AddressTokenKind.Fault, $"a stray {text[at]}", isSpaced),
            _ => ReadAtom(isSpaced),
        };
    }

    private AddressToken ReadAtom(bool isSpaced)
    {
        var length = text[at..].IndexOfAny(Special) is >= 0 and var end ? end : text.Length - at;
        at += length;
        return new(AddressTokenKind.Atom, text.Slice(at - length, length).ToString(), isSpaced);
    }

    private AddressToken ReadQuoted(bool isSpaced)
    {
        var content = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                at++;
                return new(AddressTokenKind.Quoted, content.ToString(), isSpaced);
            }

            if (text[at] == '\\' && ++at == text.Length) break;
            content.Append(text[at]);
        }

        return new(AddressTokenKind.Fault, "a quote that is not closed", isSpaced);
    }

    private AddressToken ReadComment(bool isSpaced)
    {
        var content = new StringBuilder();
        var depth = 1;
        for (at++; at < text.Length; at++)
        {
            var character = text[at];
            if (character == '(' && ++depth > MaxDepth) return new(AddressTokenKind.Fault, "comments too deep in each other", isSpaced);
            if (character == ')' && --depth == 0)
            {
                at++;
                return new(AddressTokenKind.Comment, content.ToString(), isSpaced);
            }

            if (character == '\\' && ++at == text.Length) break;
            content.Append(text[at]);
        }

        return new(AddressTokenKind.Fault, "a comment that is not closed", isSpaced);
    }

    private AddressToken ReadLiteral(bool isSpaced)
    {
        var length = text[at..].IndexOf(']') + 1;
        if (length == 0) return new(AddressTokenKind.Fault, "a domain literal that is not closed", isSpaced);
        var literal = text.Slice(at, length);
        at += length;
        return literal[1..^1].ContainsAnyExcept(Literal)
            ? new(AddressTokenKind.Fault, "a domain literal of odd characters", isSpaced)
            : new(AddressTokenKind.Literal, literal.ToString(), isSpaced);
    }
}
