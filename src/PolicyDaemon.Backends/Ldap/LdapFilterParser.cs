namespace PolicyDaemon.Backends.Ldap;

/// <summary>Reads RFC 4515 filter text. Strict: one filter in parentheses, nothing before or after it but spaces.</summary>
internal sealed class LdapFilterParser(string text)
{
    /// <summary>Parentheses inside each other; deeper text is a mistake or an attack on our stack and on the server's.</summary>
    internal const int MaxDepth = 32;

    private int position;

    internal LdapFilter Parse()
    {
        SkipSpaces();
        var filter = ParseFilter(depth: 1);
        SkipSpaces();
        return position == text.Length ? filter : throw Wrong("nothing may follow the last parenthesis");
    }

    private LdapFilter ParseFilter(int depth)
    {
        if (depth > MaxDepth) throw Wrong($"more than {MaxDepth} parentheses inside each other");
        Expect('(');
        LdapFilter filter;
        switch (Peek())
        {
            case '&':
                position++;
                filter = new LdapFilterSet(LdapFilterSet.AndTag, ParseList(depth));
                break;
            case '|':
                position++;
                filter = new LdapFilterSet(LdapFilterSet.OrTag, ParseList(depth));
                break;
            case '!':
                position++;
                SkipSpaces();
                filter = LdapFilter.Not(ParseFilter(depth + 1));
                SkipSpaces();
                break;
            default:
                filter = ParseItem();
                break;
        }

        Expect(')');
        return filter;
    }

    private List<LdapFilter> ParseList(int depth)
    {
        var filters = new List<LdapFilter>();
        SkipSpaces();
        while (Peek() == '(')
        {
            filters.Add(ParseFilter(depth + 1));
            SkipSpaces();
        }

        return filters;
    }

    /// <summary>An assertion up to, not including, its closing parenthesis; <c>(</c> and <c>)</c> in values are escaped.</summary>
    private LdapFilter ParseItem()
    {
        var start = position;
        var equals = text.IndexOf('=', start);
        var end = text.AsSpan(start).IndexOfAny('(', ')') + start;
        if (end < start || equals < 0 || equals > end) throw Wrong("expected attribute=value");

        var filter = equals > start ? ParseComparison(start, equals, end) : throw Wrong("expected an attribute before '='");
        position = end;
        return filter;
    }

    private LdapFilter ParseComparison(int start, int equals, int end)
    {
        var name = text[start..(equals - 1)];
        var value = text.AsSpan(equals + 1, end - equals - 1);
        return text[equals - 1] switch
        {
            '>' => Compare(LdapFilterComparison.GreaterOrEqualTag, name, value),
            '<' => Compare(LdapFilterComparison.LessOrEqualTag, name, value),
            '~' => Compare(LdapFilterComparison.ApproximateTag, name, value),
            ':' => Extensible(name, Unescaped(value)),
            _ => EqualOrSubstring(text[start..equals], value),
        };
    }

    private LdapFilterComparison Compare(int tag, string attribute, ReadOnlySpan<char> value) =>
        value.Contains('*') ? throw Wrong("an asterisk here must be written \\2a") : new(tag, Checked(attribute), Unescaped(value));

    private LdapFilter EqualOrSubstring(string attribute, ReadOnlySpan<char> value)
    {
        if (!value.Contains('*')) return Compare(LdapFilterComparison.EqualTag, attribute, value);
        if (value is "*") return LdapFilter.Present(Checked(attribute));

        var parts = new List<byte[]>();
        foreach (var range in value.Split('*')) parts.Add(Unescaped(value[range]));
        return parts.Exists(part => part.Length > 0)
            ? new LdapFilterSubstring(Checked(attribute), parts)
            : throw Wrong("asterisks without text between them");
    }

    /// <param name="name"><c>attribute[:dn][:rule]</c> or <c>[:dn]:rule</c>.</param>
    private LdapFilterExtensible Extensible(string name, byte[] value)
    {
        var parts = new Queue<string>(name.Split(':'));
        var attribute = parts.Dequeue() is { Length: > 0 } given ? Checked(given) : null;
        var matchesDn = parts.TryPeek(out var next) && string.Equals(next, "dn", StringComparison.OrdinalIgnoreCase);
        if (matchesDn) parts.Dequeue();
        var rule = parts.TryDequeue(out var named) ? Checked(named) : null;
        return parts.Count == 0 && (attribute ?? rule) is not null
            ? new(attribute, rule, matchesDn, value)
            : throw Wrong("expected attribute:dn:rule:=value");
    }

    private byte[] Unescaped(ReadOnlySpan<char> value)
    {
        if (value.Contains('\0')) throw Wrong("NUL must be written \\00");
        return LdapFilterText.TryUnescape(value, out var octets) ? octets : throw Wrong("a backslash needs two hexadecimal digits");
    }

    private string Checked(string attribute) =>
        LdapAttribute.IsDescription(attribute) ? attribute : throw Wrong($"'{attribute}' is not an LDAP attribute");

    private char Peek() => position < text.Length ? text[position] : '\0';

    private void Expect(char expected)
    {
        if (Peek() != expected) throw Wrong($"expected '{expected}'");
        position++;
    }

    private void SkipSpaces()
    {
        while (Peek() == ' ') position++;
    }

    private FormatException Wrong(string what) => new($"LDAP filter, character {position + 1}: {what}");
}
