namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>The logins of one connection that wait for the client's next step; at most <see cref="AuthLimits.MaxConversations"/>.</summary>
/// <remarks>
/// Postfix does not say when its client gave up in the middle (<c>AUTH LOGIN</c>, then <c>*</c>), and keeps the connection for hours: the
/// oldest is forgotten without a word, since Postfix has long forgotten it too.
/// </remarks>
internal sealed class AuthConversations
{
    private readonly Dictionary<uint, AuthConversation> open = [];
    private readonly LinkedList<uint> byAge = [];

    public int Count => open.Count;

    public void Add(uint id, AuthConversation conversation)
    {
        if (open.Remove(id)) byAge.Remove(id);
        if (open.Count == AuthLimits.MaxConversations)
        {
            open.Remove(byAge.First!.Value);
            byAge.RemoveFirst();
        }

        open.Add(id, conversation);
        byAge.AddLast(id);
    }

    /// <summary>Those that are open now, the oldest first.</summary>
    public IEnumerable<(uint Id, AuthConversation Conversation)> All => byAge.Select(id => (id, open[id]));

    public AuthConversation? Take(uint id)
    {
        if (!open.Remove(id, out var conversation)) return null;
        byAge.Remove(id);
        return conversation;
    }
}

/// <summary>A login of which a part is known.</summary>
/// <param name="IsLogin">Mechanism LOGIN; else PLAIN.</param>
/// <param name="Login">What LOGIN has told so far; null: nothing.</param>
internal sealed record AuthConversation(AuthParameters Parameters, bool IsLogin, string? Login);
