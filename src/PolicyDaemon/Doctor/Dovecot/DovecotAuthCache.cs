namespace PolicyDaemon.Doctor.Dovecot;

/// <summary>Dovecot's auth process keeps answers of its own.</summary>
internal sealed class DovecotAuthCache : IDiagnosis
{
    public string Id => "dovecot-auth-cache";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (!installation.Own.IsAskedByDovecot || installation.Dovecot?.All.Find("auth_cache_size") is not { Length: > 0 } size || size[0] == '0') yield break;
        yield return new Finding(
            Id,
            Severity.Warning,
            "dovecot",
            $"doveconf: auth_cache_size = {size}",
            "Dovecot's auth process keeps what it was told",
            "a changed password and a disabled account count only when auth_cache_ttl is over, an hour by default; the daemon's own answers are quick and never out of date",
            new Mend(MendPlace.DovecotConf, ["auth_cache_size = 0"]));
    }
}
