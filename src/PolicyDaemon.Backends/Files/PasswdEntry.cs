using System.Collections.Frozen;
using System.Net;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Files;

/// <summary>One line of a passwd-file: a login and what is said of it.</summary>
internal sealed record PasswdEntry
{
    /// <summary>Normalized.</summary>
    public required string Login { get; init; }

    /// <summary>The login whose account this one means (extra field <c>user</c>), normalized; mostly itself.</summary>
    public required string AccountLogin { get; init; }

    /// <summary>The file and the line.</summary>
    public required string Place { get; init; }

    /// <summary>As it is stored, with its scheme; empty: nobody logs in by this line. Taken apart only when somebody does.</summary>
    public required string StoredPassword { get; init; }

    /// <summary>The clients that the password counts for; null: all.</summary>
    public AllowedNets? AllowedNets { get; init; }

    /// <summary>Own addresses besides the login's.</summary>
    public IReadOnlyList<EmailAddress> Addresses { get; init; } = [];

    public SendAllowed SendAllowed { get; init; }

    public string? Status { get; init; }

    public IReadOnlyList<EmailAddress> SendAs { get; init; } = [];

    /// <summary>Who may write to the account's addresses; empty: everyone.</summary>
    public IReadOnlyList<EmailAddress> AllowedSenders { get; init; } = [];

    public IReadOnlyDictionary<string, long> Limits { get; init; } = FrozenDictionary<string, long>.Empty;

    public long? QuotaOctets { get; init; }

    public MailboxFacts Mailbox { get; init; } = MailboxFacts.None;

    /// <summary>Without the password, which a record would print.</summary>
    public override string ToString() => $"{Login} in {Place}";
}

/// <summary>The extra field <c>allow_nets</c>: networks, and <c>local</c> for a client without an address.</summary>
internal sealed record AllowedNets(IReadOnlyList<IPNetwork> Networks, bool HasLocal)
{
    public bool Contain(IPAddress? client)
    {
        if (client is null) return HasLocal;
        var plain = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
        return Networks.Any(network => network.Contains(plain));
    }
}
