namespace PolicyDaemon.Doctor.Postfix;

/// <summary>An endpoint in Postfix's spelling: <c>unix:path</c>, <c>inet:host:port</c>, <c>inet:port</c>.</summary>
/// <param name="Path">Null for inet. Relative paths are below queue_directory.</param>
/// <param name="Host">Null for unix.</param>
/// <param name="Port">As written: a number or a name of services(5).</param>
internal sealed record PolicyEndpoint(string Text, string? Path, string? Host, string Port)
{
    internal static PolicyEndpoint Parse(string text)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal)) return new(text, text["unix:".Length..], null, "");
        var address = text.StartsWith("inet:", StringComparison.Ordinal) ? text["inet:".Length..] : text;
        var colon = address.LastIndexOf(':');
        return new(text, null, colon < 0 ? "localhost" : address[..colon].Trim('[', ']'), address[(colon + 1)..]);
    }

    /// <summary>Where a unix socket is, seen from outside of any chroot.</summary>
    internal string? FullPath(string queueDirectory) => Path is null ? null : System.IO.Path.GetFullPath(Path, queueDirectory);

    /// <summary>Whether a daemon that listens on <paramref name="listened"/> is asked through this endpoint.</summary>
    internal bool Reaches(PolicyEndpoint listened, string queueDirectory) =>
        Path is not null
            ? listened.Path is not null && FullPath(queueDirectory) == listened.FullPath("/")
            : listened.Path is null && Port == listened.Port && IsSameHost(Host!, listened.Host!);

    private static bool IsSameHost(string asked, string listened) =>
        asked == listened || (IsLoopback(asked) && IsLoopback(listened)) || listened is "" or "*" or "0.0.0.0" or "::";

    private static bool IsLoopback(string host) => host is "localhost" or "127.0.0.1" or "::1";
}
