using System.Text;

namespace PolicyDaemon.Backends.PostgreSql.Queries;

/// <summary>
/// Reads a query far enough to know what is quoted: a placeholder in quoted text takes the quotes with it, one in a comment is gone,
/// one in a name is a mistake.
/// </summary>
/// <remarks>PostgreSQL manual 4.1, "Lexical Structure". Were something here read otherwise than the server reads it, the statement would be wrong, and still no key would be in it.</remarks>
internal sealed class QueryScanner(string text)
{
    private readonly List<string> code = [];
    private readonly List<IReadOnlyList<ValuePart>> values = [];
    private readonly StringBuilder current = new();
    private int position;

    /// <inheritdoc cref="LookupQuery.Parse"/>
    public LookupQuery Scan()
    {
        if (string.IsNullOrWhiteSpace(text)) throw new FormatException("the query is empty");
        if (text.Length > LookupQuery.MaxLength) throw new FormatException($"the query is longer than {LookupQuery.MaxLength} characters");
        if (text.Contains('\0', StringComparison.Ordinal)) throw new FormatException("the query has a NUL character");
        while (position < text.Length && Next() != ';') Step();
        if (position < text.Length) SkipEnd();
        code.Add(current.ToString());
        return new LookupQuery(text, code, values);
    }

    private void Step()
    {
        switch (Next())
        {
            case '\'': ScanLiteral(""); break;
            case '"': ScanName(); break;
            case '%': ScanPlaceholder(); break;
            case '$': ScanDollar(); break;
            case '-' when Next(1) == '-':
            case '/' when Next(1) == '*': SkipComment(); break;
            case var c when IsNameStart(c): ScanWord(); break;
            default: current.Append(text[position++]); break;
        }
    }

    /// <summary>A key word or a name without quotes, or what stands before a quote: <c>E'…'</c>, <c>U&amp;"…"</c>.</summary>
    private void ScanWord()
    {
        var start = position;
        while (position < text.Length && IsNamePart(text[position])) position++;
        var word = text[start..position];
        if (Next() == '\'' && word is "e" or "E" or "b" or "B" or "x" or "X" or "n" or "N")
        {
            ScanLiteral(word);
            return;
        }

        if (word is "u" or "U" && Next() == '&' && Next(1) is '\'' or '"')
        {
            throw Fault(start, "text and names in the form U&'…' are not understood; write the characters themselves");
        }

        current.Append(word);
    }

    private void ScanLiteral(string prefix)
    {
        var start = position++;
        var hasBackslashes = prefix is "e" or "E";
        var content = new QuotedText();
        while (true)
        {
            if (position >= text.Length) throw Fault(start, "text that begins here has no end");
            var c = text[position++];
            if (c == '\'' && Next() != '\'') break;
            if (c == '%') content.Add(TakePlaceholder());
            else if (c == '\'') content.AddDoubledQuote(ref position);
            else if (c == '\\' && hasBackslashes) content.AddEscaped(text, ref position);
            else content.Add(c);
        }

        if (!content.HasKey)
        {
            current.Append(prefix).Append('\'').Append(content.Raw).Append('\'');
            return;
        }

        if (prefix.Length > 0 && !(hasBackslashes && !content.HasEscapes)) throw Fault(start, $"a placeholder cannot stand in {prefix}'…'; write it in plain quotes");
        AddParameter(content.Parts);
    }

    private void ScanDollar()
    {
        if (char.IsAsciiDigit(Next(1))) throw Fault(position, "a parameter of your own; write %s, %u or %d");
        var end = position + 1;
        while (end < text.Length && IsNamePart(text[end]) && text[end] != '$') end++;
        if (end >= text.Length || text[end] != '$')
        {
            current.Append(text[position++]);
            return;
        }

        var start = position;
        var tag = text[start..(end + 1)];
        var close = text.IndexOf(tag, end + 1, StringComparison.Ordinal);
        if (close < 0) throw Fault(start, $"text that begins with {tag} has no end");
        position = end + 1;
        var content = new QuotedText();
        while (position < close)
        {
            if (text[position++] is var c && c == '%') content.Add(TakePlaceholder());
            else content.Add(c);
        }

        position = close + tag.Length;
        if (content.HasKey) AddParameter(content.Parts);
        else current.Append(tag).Append(content.Raw).Append(tag);
    }

    /// <summary>A quoted name. It can have a percent sign, as <c>%%</c>, but no key: which table is read is not for a sender to say.</summary>
    private void ScanName()
    {
        var start = position;
        current.Append(text[position++]);
        while (true)
        {
            if (position >= text.Length) throw Fault(start, "a name that begins here has no end");
            var c = text[position++];
            if (c == '%' && TakePlaceholder().Part != KeyPart.Text) throw Fault(position - 2, "a placeholder cannot stand in a name");
            current.Append(c);
            if (c == '"') return; // a doubled quote begins the rest of the name anew, which comes to the same
        }
    }

    private void ScanPlaceholder()
    {
        position++;
        var part = TakePlaceholder();
        if (part.Part == KeyPart.Text) current.Append(part.Text);
        else AddParameter([part]);
    }

    /// <summary>What the percent sign before the present position means.</summary>
    private ValuePart TakePlaceholder()
    {
        var letter = Next();
        position++;
        return letter switch
        {
            '%' => new ValuePart(KeyPart.Text, "%"),
            's' or 'S' => new ValuePart(KeyPart.Whole),
            'u' or 'U' => new ValuePart(KeyPart.Localpart),
            'd' or 'D' => new ValuePart(KeyPart.Domain),
            _ => throw Fault(position - 2, "expected %s, %u or %d; a percent sign is written %%"),
        };
    }

    private void AddParameter(IReadOnlyList<ValuePart> parts)
    {
        code.Add(current.ToString());
        current.Clear();
        values.Add(parts);
    }

    private void SkipComment()
    {
        current.Append(' ');
        var start = position;
        if (Next() == '-')
        {
            while (position < text.Length && text[position] is not '\n' and not '\r') position++;
            return;
        }

        for (var depth = 0; depth > 0 || position == start; position += 2)
        {
            while (position < text.Length && !IsAt("/*") && !IsAt("*/")) position++;
            if (position >= text.Length) throw Fault(start, "a comment that begins here has no end");
            depth += IsAt("/*") ? 1 : -1;
        }
    }

    /// <summary>After a semicolon only nothing may follow.</summary>
    private void SkipEnd()
    {
        while (position < text.Length)
        {
            if (IsAt("--") || IsAt("/*")) SkipComment();
            else if (Next() == ';' || char.IsWhiteSpace(Next())) position++;
            else throw Fault(position, "a second statement");
        }
    }

    private char Next(int ahead = 0) => position + ahead < text.Length ? text[position + ahead] : '\0';

    private bool IsAt(string what) => string.CompareOrdinal(text, position, what, 0, what.Length) == 0;

    private FormatException Fault(int where, string what)
    {
        var line = 1 + text.AsSpan(0, where).Count('\n');
        var column = where - text.AsSpan(0, where).LastIndexOf('\n');
        return new FormatException(line == 1 ? $"{what} (at character {where + 1})" : $"{what} (line {line}, character {column})");
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || c >= '\x80';

    private static bool IsNamePart(char c) => IsNameStart(c) || char.IsAsciiDigit(c) || c == '$';
}
