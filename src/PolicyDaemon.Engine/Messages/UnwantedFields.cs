using System.Collections.Frozen;

namespace PolicyDaemon.Engine.Messages;

/// <summary>Header fields that are taken out, by where the message comes from. Of mail from trusted networks none is.</summary>
public sealed record UnwantedFields
{
    public static readonly UnwantedFields None = new();

    /// <summary>
    /// The names under which our own servers write <c>Authentication-Results</c>, normalized as domains: who else writes one with such a name
    /// forges it. Removed from mail of strangers and of logins (RFC 8601 section 5).
    /// </summary>
    public IReadOnlySet<string> AuthservIds { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Removed from mail of strangers.</summary>
    public IReadOnlyList<FieldNamePattern> OnArrival { get; init; } = [];

    /// <summary>Removed from mail of logins.</summary>
    public IReadOnlyList<FieldNamePattern> OnSubmission { get; init; } = [];

    public bool IsEmpty => AuthservIds.Count + OnArrival.Count + OnSubmission.Count == 0;

    /// <summary>Whether there is anything to look for in mail of this origin.</summary>
    public bool ConcernMailOf(ClientOrigin origin) => origin != ClientOrigin.Trusted && AuthservIds.Count + PatternsFor(origin).Count > 0;

    /// <summary>What to take out of a header, of each name the last first.</summary>
    public IReadOnlyList<HeaderRemoval> Find(MessageHeader header, ClientOrigin origin)
    {
        if (!ConcernMailOf(origin)) return [];
        var found = new List<HeaderRemoval>();
        var counts = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in header.Fields)
        {
            var index = counts[field.LookupName] = counts.GetValueOrDefault(field.LookupName) + 1;
            if (IsUnwanted(field, origin)) found.Add(new HeaderRemoval(field.LookupName, index));
        }

        found.Reverse();
        return found;
    }

    private IReadOnlyList<FieldNamePattern> PatternsFor(ClientOrigin origin) => origin switch
    {
        ClientOrigin.Outside => OnArrival,
        ClientOrigin.Authenticated => OnSubmission,
        _ => [],
    };

    private bool IsUnwanted(HeaderField field, ClientOrigin origin)
    {
        foreach (var pattern in PatternsFor(origin))
        {
            if (pattern.Matches(field.LookupName)) return true;
        }

        return AuthservIds.Count > 0 && field.IsNamed("Authentication-Results") && AuthservId.MayBeOneOf(field.Value.Span, AuthservIds);
    }
}

/// <summary>The name of a header field, or with <c>*</c> at its end the beginning of names.</summary>
public sealed record FieldNamePattern(string Text)
{
    public bool Matches(string name) => Text.EndsWith('*')
        ? name.AsSpan().StartsWith(Text.AsSpan(0, Text.Length - 1), StringComparison.OrdinalIgnoreCase)
        : string.Equals(name, Text, StringComparison.OrdinalIgnoreCase);
}
