namespace PolicyDaemon.Engine.Messages;

/// <summary>
/// Reads the addresses of a <c>From</c> or <c>Sender</c> field as RFC 5322 section 3.4 writes them, with groups (RFC 6854), UTF-8 (RFC 6532) and
/// encoded words (RFC 2047) in names.
/// </summary>
/// <remarks>
/// It judges whom a message claims to be from, so it reads only what every mail program reads alike. Obsolete syntax (RFC 5322 section 4.4:
/// source routes, empty elements, white space and comments inside an address) is known and is malformed: no program writes it, and those who do
/// count on two programs reading two addresses. What programs do write is read: dots in names that are not quoted (obs-phrase), comments
/// beside an address, an address as its own name without quotes. Time is linear in the length of the field.
/// </remarks>
public sealed class AddressListParser
{
    /// <summary>Longest value that is read, in octets.</summary>
    public const int MaxLength = 8 * 1024;

    /// <summary>Most addresses in one field.</summary>
    public const int MaxMailboxes = 16;

    private readonly List<Mailbox> mailboxes = [];
    private readonly List<AddressToken> words = [];
    private readonly List<string> comments = [];
    private string? group;
    private bool isGroupEmpty;
    private string? cause;

    private AddressListParser()
    {
    }

    /// <param name="value">As <see cref="HeaderField.Value"/>.</param>
    public static AddressList Parse(ReadOnlySpan<byte> value)
    {
        if (value.Length > MaxLength) return AddressList.TooLong($"longer than {MaxLength} octets");
        if (!FieldText.TryRead(value, out var text, out var fault)) return AddressList.Malformed(fault);

        var parser = new AddressListParser();
        var lexer = new AddressLexer(text);
        parser.ReadAll(ref lexer);
        return parser.cause is { } cause ? AddressList.Malformed(cause)
            : parser.mailboxes.Count > MaxMailboxes ? AddressList.TooLong($"more than {MaxMailboxes} addresses")
            : AddressList.Read(parser.mailboxes);
    }

    private void ReadAll(ref AddressLexer lexer)
    {
        while (cause is null && mailboxes.Count <= MaxMailboxes)
        {
            var end = ReadElement(ref lexer);
            if (cause is not null || end.Kind == AddressTokenKind.End) return;
            if (end.Is(';') && !EndGroup(ref lexer)) return;
        }
    }

    /// <summary>Reads up to the end of one mailbox, or of the name of a group, and returns the token that ended it.</summary>
    private AddressToken ReadElement(ref AddressLexer lexer)
    {
        words.Clear();
        comments.Clear();
        while (true)
        {
            var token = lexer.Next();
            switch (token.Kind)
            {
                case AddressTokenKind.Fault:
                    return Fail(token.Text);
                case AddressTokenKind.Comment:
                    comments.Add(token.Text);

                    // A place for it in the address, where it makes the address another one for some programs.
                    words.Add(token);
                    break;
                case AddressTokenKind.End:
                    return group is null ? EndMailbox(token) : Fail("a group that is not closed");
                case AddressTokenKind.Special when token.Is('<'):
                    return ReadAngle(ref lexer);
                case AddressTokenKind.Special when token.Is(':'):
                    return BeginGroup(token);
                case AddressTokenKind.Special when token.Is(';'):
                    return group is null ? Fail("a semicolon outside a group") : isGroupEmpty && words.TrueForAll(IsComment) ? token : EndMailbox(token);
                case AddressTokenKind.Special when token.Is(','):
                    return EndMailbox(token);
                case AddressTokenKind.Special when token.Is('>'):
                    return Fail("a stray >");
                default:
                    words.Add(token);
                    break;
            }
        }
    }

    private AddressToken BeginGroup(AddressToken colon)
    {
        if (group is not null) return Fail("a group in a group, or a colon in a name");
        if (!words.Exists(IsWord) || !words.TrueForAll(word => IsWord(word) || IsComment(word) || word.Is('.'))) return Fail("a colon in an address");
        group = Text(words);
        isGroupEmpty = true;
        return colon;
    }

    /// <summary>Behind a group comes the end or a comma.</summary>
    private bool EndGroup(ref AddressLexer lexer)
    {
        group = null;
        var next = lexer.Next();
        while (next.Kind == AddressTokenKind.Comment) next = lexer.Next();
        if (next.Kind != AddressTokenKind.End && !next.Is(',')) Fail("text behind a group");
        return next.Is(',');
    }

    private AddressToken ReadAngle(ref AddressLexer lexer)
    {
        var name = words.ToArray();
        words.Clear();
        var token = lexer.Next();
        for (; !token.Is('>'); token = lexer.Next())
        {
            if (token.Kind == AddressTokenKind.Fault) return Fail(token.Text);
            if (token.Kind == AddressTokenKind.End) return Fail("a < that is not closed");
            if (token.Is('<')) return Fail("a < in a <");
            if (words.Count == 0 && (token.Is('@') || token.Is(','))) return Fail("a source route");
            if (token.Is(',') || token.Is(';') || token.Is(':')) return Fail($"a {token.Text} between < and >");
            words.Add(token);
        }

        if (words.Count == 0) return Fail("an empty address");
        if (AddressSpec.Read(words, out var localpart, out var domain) is { } fault) return Fail(fault);
        if (name.Any(word => word.Is('@') || word.Kind == AddressTokenKind.Literal) && !IsItself(name, localpart, domain)) return Fail("an address before an address");
        return EndAngle(ref lexer, localpart, domain, name);
    }

    private AddressToken EndAngle(ref AddressLexer lexer, string localpart, string domain, AddressToken[] name)
    {
        var token = lexer.Next();
        for (; token.Kind == AddressTokenKind.Comment; token = lexer.Next()) comments.Add(token.Text);
        if (token.Kind == AddressTokenKind.Fault) return Fail(token.Text);
        var isEnd = token.Kind == AddressTokenKind.End ? group is null : token.Is(',') || (token.Is(';') && group is not null);
        if (!isEnd) return Fail("text behind an address");
        Add(localpart, domain, Text(name));
        return token;
    }

    /// <summary>An address without angle brackets, perhaps with comments beside it.</summary>
    private AddressToken EndMailbox(AddressToken end)
    {
        var first = words.FindIndex(word => !IsComment(word));
        if (first < 0) return Fail(mailboxes.Count == 0 && end.Kind == AddressTokenKind.End ? "no address" : "an empty element");
        var last = words.FindLastIndex(word => !IsComment(word));
        if (AddressSpec.Read(words[first..(last + 1)], out var localpart, out var domain) is { } fault) return Fail(fault);
        Add(localpart, domain, "");
        return end;
    }

    private void Add(string localpart, string domain, string name)
    {
        isGroupEmpty = false;
        string[] shown = [.. new[] { name, group ?? "" }.Concat(comments).Where(text => text.Length > 0).Select(EncodedWords.Decode)];
        if (Array.Exists(shown, FieldText.HasUnseenBreak)) cause = "an encoded control character";
        else if (Array.Exists(shown, text => text.AsSpan().ContainsAny('\u202d', '\u202e'))) cause = "text that overrides its direction";
        else mailboxes.Add(new Mailbox(localpart, domain, shown));
    }

    private AddressToken Fail(string why)
    {
        cause ??= why;
        return default;
    }

    /// <summary>Whether the name is the address again: many programs forget to quote it, and whichever they read, it is the same.</summary>
    private static bool IsItself(AddressToken[] name, string localpart, string domain) =>
        string.Equals(Text(name), $"{localpart}@{domain}", StringComparison.OrdinalIgnoreCase);

    private static bool IsWord(AddressToken token) => token.Kind is AddressTokenKind.Atom or AddressTokenKind.Quoted;

    private static bool IsComment(AddressToken token) => token.Kind == AddressTokenKind.Comment;

    /// <summary>A name as it is shown; comments are texts of their own.</summary>
    private static string Text(IEnumerable<AddressToken> words) =>
        string.Concat(words.Where(word => !IsComment(word)).Select(word => word.IsSpaced ? $" {word.Text}" : word.Text)).Trim();
}
