namespace PolicyDaemon.Doctor.Dovecot;

/// <summary>What <c>doveconf -n</c> prints: all that is set otherwise than by default.</summary>
internal sealed class DovecotConfiguration
{
    internal const string UsualBaseDirectory = "/run/dovecot";

    private DovecotConfiguration(string version, DovecotBlock all)
    {
        Version = version;
        All = all;
    }

    /// <summary>For example <c>2.3.19.1</c>; empty when it is not said.</summary>
    internal string Version { get; }

    internal DovecotBlock All { get; }

    internal string BaseDirectory => All.Find("base_dir") ?? UsualBaseDirectory;

    /// <summary>Whether a plugin is loaded where mail is delivered.</summary>
    internal bool HasDeliveryPlugin(string name) =>
        All.Words("mail_plugins").Concat(All.Block("protocol lmtp")?.Words("mail_plugins") ?? []).Contains(name, StringComparer.Ordinal);

    /// <summary>Deliveries at once to one mailbox, 0: any number. The default is 10 since 2.4.</summary>
    internal string UserConcurrencyLimit => All.Find("lmtp_user_concurrency_limit") ?? (Version.StartsWith("2.3", StringComparison.Ordinal) ? "0" : "10");

    /// <summary>Sockets of the lmtp service, absolute.</summary>
    internal IEnumerable<string> DeliverySockets =>
        from listener in All.Block("service lmtp")?.Named("unix_listener") ?? []
        where listener.Block.Find("mode") is not ("0" or "00" or "000" or "0000")
        select Path.GetFullPath(listener.Name, BaseDirectory);

    /// <remarks>The first line is <c># 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf</c>.</remarks>
    internal static DovecotConfiguration Parse(string text)
    {
        var all = new DovecotBlock("");
        Stack<DovecotBlock> open = new([all]);
        foreach (var line in text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line == "}") Close(open);
            else if (line.EndsWith('{')) Open(open, line[..^1].Trim());
            else if (line.Split('=', 2) is [var setting, var value]) open.Peek().Set(setting.Trim(), value.Trim());
        }

        return new(text.StartsWith("# ", StringComparison.Ordinal) ? text[2..].Split(' ', '\n')[0] : "", all);
    }

    private static void Open(Stack<DovecotBlock> open, string name)
    {
        open.Push(open.Peek().Block(name) ?? open.Peek().Add(new DovecotBlock(name)));
    }

    private static void Close(Stack<DovecotBlock> open)
    {
        if (open.Count > 1) open.Pop();
    }
}
