using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor;

/// <summary>How bad it is.</summary>
internal enum Severity
{
    /// <summary>Worth knowing; may be meant so.</summary>
    Note,

    /// <summary>Could not be looked at, for want of permission.</summary>
    Undecided,

    /// <summary>Mail may pass unasked, or be lost, under some condition.</summary>
    Warning,

    /// <summary>Mail passes unasked, or nothing passes at all.</summary>
    Error,
}

/// <summary>Something that is not as it must be.</summary>
/// <param name="Id">Stable, for programs; each is explained in docs/doctor.md.</param>
/// <param name="Where">A service as postconf(1) names it, <c>submission/inet</c>, or a path.</param>
/// <param name="Seen">The lines of the configuration, or the state of the file, that show it.</param>
/// <param name="What">What is wrong, one sentence.</param>
/// <param name="Why">Why it matters, one sentence.</param>
internal sealed record Finding(string Id, Severity Severity, string Where, IReadOnlyList<string> Seen, string What, string Why, Mend Mend)
{
    internal Finding(string id, Severity severity, string where, string seen, string what, string why, Mend mend)
        : this(id, severity, where, [seen], what, why, mend)
    {
    }
}

/// <summary>The lines that mend a finding.</summary>
/// <param name="Service">For <see cref="MendPlace.MasterCf"/>: the service below which they go, <c>submission/inet</c>. For <see cref="MendPlace.SlapdConf"/>: the server's URL.</param>
internal sealed record Mend(MendPlace Place, IReadOnlyList<string> Lines, string? Service = null)
{
    internal static Mend Shell(string line) => new(MendPlace.Shell, [line]);

    internal static Mend MainCf(string parameter, string value) => new(MendPlace.MainCf, [$"{parameter} = {value}".TrimEnd()]);

    /// <summary><c>-o</c> lines; below the service's other ones, of which the last counts.</summary>
    internal static Mend Override(ServiceParameters service, params (string Parameter, string Value)[] overrides) =>
        new(MendPlace.MasterCf, [.. overrides.Select(one => one.Value.Length == 0 ? $"-o {one.Parameter}=" : $"-o {{ {one.Parameter} = {one.Value} }}")], service.Service.Label);
}

internal enum MendPlace
{
    MainCf,
    MasterCf,
    Shell,
    DovecotConf,

    /// <summary>The LDAP server's; for one that is configured by <c>cn=config</c> docs/ldap.md has the same words.</summary>
    SlapdConf,

    /// <summary>The daemon's own configuration.</summary>
    PolicyDaemon,
}
