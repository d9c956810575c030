using System.Text;
using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Engine.Messages;

/// <summary>The name at the beginning of an <c>Authentication-Results</c> field: who says that it has checked.</summary>
/// <remarks>RFC 8601 section 2.2: <c>[CFWS] authserv-id [CFWS version] (no-result / 1*resinfo)</c>.</remarks>
internal static class AuthservId
{
    /// <summary>True also where the name cannot be read: some reader might take it for ours.</summary>
    public static bool MayBeOneOf(ReadOnlySpan<byte> value, IReadOnlySet<string> ids)
    {
        if (!FieldText.TryRead(value, out var text, out _) || Read(text) is not { } id) return true;
        return ids.Contains(AddressNormalizer.TryNormalizeDomain(id, out var domain) ? domain : id.ToLowerInvariant());
    }

    /// <summary>Null: there is none, or what stands there is never closed.</summary>
    private static string? Read(string text)
    {
        var id = new StringBuilder();
        var lexer = new AddressLexer(text);
        while (true)
        {
            var token = lexer.Next();
            if (token.Kind == AddressTokenKind.Fault) return null;
            var isEnd = token.Kind is AddressTokenKind.End or AddressTokenKind.Comment || token.Is(';') || token.IsSpaced;
            if (isEnd && id.Length > 0) return id.ToString();
            if (token.Kind == AddressTokenKind.End || token.Is(';')) return null;
            if (token.Kind != AddressTokenKind.Comment) id.Append(token.Text);
        }
    }
}
