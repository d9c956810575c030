namespace PolicyDaemon.MailStack.Daemon;

/// <summary>How the built daemon is started.</summary>
public sealed record DaemonOptions
{
    /// <summary>A single word: directory below the root of the stack and name of the process. Two nodes need two names.</summary>
    public string Name { get; init; } = "policydaemon";

    /// <summary>The built program; by default the one beside the running test assembly.</summary>
    public string Program { get; init; } = Path.Combine(AppContext.BaseDirectory, "policydaemon");

    /// <summary>Its group owns the sockets, so that Postfix's smtpd may connect to a socket of mode 0660.</summary>
    public string Group { get; init; } = "postfix";

    /// <summary>Its user, as in production, with no right to get more (no_new_privs); null: root.</summary>
    public string? User { get; init; }

    /// <summary>The groups that it has besides.</summary>
    public IReadOnlyList<string> SupplementaryGroups { get; init; } = [];

    /// <summary>The test opens the sockets and holds them while the daemon is away, as systemd does.</summary>
    public bool IsSocketActivated { get; init; }

    /// <summary>Program and options that start the daemon: what follows them is its command.</summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
