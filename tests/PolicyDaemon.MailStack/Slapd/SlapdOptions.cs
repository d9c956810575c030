namespace PolicyDaemon.MailStack.Slapd;

/// <summary>What differs between two private slapds, or between two lives of one (<see cref="SlapdServer.RestartAsync"/>).</summary>
public sealed record SlapdOptions
{
    /// <summary>A single word: directory below the root of the stack, name of the process. Two servers of one stack need two names.</summary>
    public string Name { get; init; } = "ldap";

    /// <summary>The content before the first start, LDIF, parents first; also what <see cref="SlapdServer.BackUpAsync"/> gave.</summary>
    public string Seed { get; init; } = TruenorthDirectory.Ldif;

    /// <summary>Whether the server offers RFC 4533 (overlay syncprov).</summary>
    public bool HasSyncProvider { get; init; } = true;

    /// <summary>Changes that the server can name to a consumer that was away; older ones cost the list of all entries. 0: none.</summary>
    public int SessionLog { get; init; } = 1000;

    /// <summary>Writes between two notes of the server of how far it is; a crash loses that of the last ones.</summary>
    public int CheckpointWrites { get; init; } = 100;

    /// <summary>What the service account may see of people; <see cref="HideEverything"/>, or a rule for attributes.</summary>
    public string Access { get; init; } = ShowPeople;

    /// <summary>Entries that one search of the service account may give: a number or <c>unlimited</c>.</summary>
    public string SizeLimit { get; init; } = "unlimited";

    /// <summary>The URL of the server that this one follows as a replica (syncrepl); null: it stands alone.</summary>
    public string? ReplicaOf { get; init; }

    /// <summary>How much the database may hold, in octets. It is a sparse file.</summary>
    public long MaxSize { get; init; } = 268435456;

    /// <summary>What goes to the log (slapd's <c>-d</c>). A test of very many changes does without <c>sync</c>.</summary>
    public string LogLevel { get; init; } = "stats,sync";

    /// <summary>Schema beside inetorgperson, in the form of slapd.conf; empty: none.</summary>
    public string Schema { get; init; } = TruenorthDirectory.Schema;

    /// <summary>Lines of slapd.conf in place of those that the options above make; null: those.</summary>
    public SlapdLines? Lines { get; init; }

    /// <summary>The configuration is a database, as <c>slaptest</c> makes it of slapd.conf, and can be changed while the server runs.</summary>
    public bool HasConfigurationDatabase { get; init; }

    /// <summary>Everybody may log in and see himself; the service account reads everything but passwords.</summary>
    public const string ShowPeople = $"""
        access to attrs=userPassword by self write by anonymous auth by * none
        access to * by dn.exact="{TruenorthDirectory.ServiceDn}" read by self read by * none
        """;

    /// <summary>The base is there and empty: what a slip in an access rule does.</summary>
    public const string HideEverything = $"""
        access to attrs=userPassword by anonymous auth by * none
        access to dn.base="{TruenorthDirectory.People}" by dn.exact="{TruenorthDirectory.ServiceDn}" read by * none
        access to * by * none
        """;
}

/// <param name="Modules">Beside <c>back_mdb</c>.</param>
/// <param name="Database">Indexes, limits, access and overlays.</param>
public sealed record SlapdLines(string Modules, string Database);
