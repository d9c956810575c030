using System.Diagnostics.CodeAnalysis;
using System.Text;
using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Engine.Authentication;

/// <summary>Text with places for parts of a user's address: <c>/var/vmail/{domain}/{local}</c>.</summary>
/// <remarks>
/// What is inserted came from a directory and becomes part of a path, and of a setting that Dovecot takes apart and expands. So a part with
/// <c>/</c>, <c>:</c>, <c>%</c>, <c>..</c> or a control character, one that is <c>.</c> alone and an empty one are refused, and with
/// them the whole. Source: Dovecot 2.3 and 2.4, "Mail Location", "Variables".
/// </remarks>
public sealed class MailboxTemplate
{
    public const string Names = "{user}, {local} and {domain}";

    private readonly IReadOnlyList<(string Text, Part Part)> pieces;

    private MailboxTemplate(string text, IReadOnlyList<(string Text, Part Part)> pieces) => (Text, this.pieces) = (text, pieces);

    private enum Part
    {
        None,
        User,
        Local,
        Domain,
    }

    /// <summary>As configured.</summary>
    public string Text { get; }

    /// <summary>Whether every user gets another result.</summary>
    public bool TellsUsersApart => pieces.Any(piece => piece.Part is Part.User or Part.Local);

    /// <summary>Whether one name in two domains gets two results.</summary>
    public bool TellsDomainsApart => pieces.Any(piece => piece.Part is Part.User or Part.Domain);

    /// <returns>False for a brace without its pair, and a name that there is not.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out MailboxTemplate? template)
    {
        template = null;
        var found = new List<(string, Part)>();
        var rest = text;
        while (rest.IndexOfAny(['{', '}']) is >= 0 and var open)
        {
            var close = rest.IndexOf('}', open);
            if (rest[open] == '}' || close < 0) return false;
            Part? part = rest[(open + 1)..close] switch { "user" => Part.User, "local" => Part.Local, "domain" => Part.Domain, _ => null };
            if (part is not { } known) return false;
            found.Add((rest[..open], known));
            rest = rest[(close + 1)..];
        }

        found.Add((rest, Part.None));
        template = new MailboxTemplate(text, found);
        return true;
    }

    /// <param name="user">What the mail store calls the user.</param>
    /// <returns>Null when a part may not be inserted.</returns>
    public string? Fill(string user, EmailAddress address)
    {
        var filled = new StringBuilder();
        foreach (var (text, part) in pieces)
        {
            filled.Append(text);
            if (part == Part.None) continue;
            var inserted = part switch { Part.User => user, Part.Local => address.Localpart, _ => address.Domain };
            if (!IsSafe(inserted)) return null;
            filled.Append(inserted);
        }

        return filled.ToString();
    }

    private static bool IsSafe(string inserted) =>
        inserted is not ("" or ".") && !inserted.Contains("..", StringComparison.Ordinal) && !inserted.Any(character => character is '/' or ':' or '%' || char.IsControl(character));
}
