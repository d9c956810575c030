namespace PolicyDaemon.Engine.Blocks;

/// <summary>What a block stops.</summary>
public enum BlockScope
{
    /// <summary>One account, by its canonical name.</summary>
    Login,

    /// <summary>Every sender of one domain of ours.</summary>
    Domain,

    /// <summary>All sending: the pause switch.</summary>
    Everyone,
}

/// <summary>What happens to mail that a block stops.</summary>
public enum BlockAction
{
    Reject,
    Defer,
    Hold,
}

/// <summary>What a block is about; two blocks of one subject are one, the later replaces the earlier.</summary>
/// <param name="Key">Normalized login or domain; empty for <see cref="BlockScope.Everyone"/>.</param>
public sealed record BlockSubject(BlockScope Scope, string Key)
{
    public static readonly BlockSubject Everyone = new(BlockScope.Everyone, "");

    public override string ToString() => Scope switch
    {
        BlockScope.Everyone => "everyone",
        BlockScope.Domain => $"domain {Key}",
        _ => $"login {Key}",
    };
}

/// <summary>An order, by a human or by containment, that stops sending. It never touches mail that arrives from outside.</summary>
public sealed record Block
{
    public required BlockSubject Subject { get; init; }

    public required BlockAction Action { get; init; }

    /// <summary>Why, in the words of whoever gave it; private.</summary>
    public required string Reason { get; init; }

    /// <summary>Who gave it: a system user, or the rule that did.</summary>
    public required string Author { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: until it is taken back.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public bool IsActiveAt(DateTimeOffset now) => ExpiresAt is null || now < ExpiresAt;
}
