using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>Passwords that the LDAP servers check: the entry is searched for, then a bind as it is tried.</summary>
/// <remarks>
/// A server does not tell whether an entry has no password or another one, so both are Wrong here. With ppolicy the server counts and locks by
/// itself.
/// </remarks>
public sealed class LdapBindPassdb : IPassdb, IAsyncDisposable
{
    /// <summary>Longest time that is waited for an unknown login, however slow the server is with others.</summary>
    private static readonly TimeSpan MaxPretence = TimeSpan.FromSeconds(1);

    private readonly LdapDirectory directory;
    private readonly LdapBinder binder;
    private readonly IReadOnlyList<string> attributes;
    private readonly TimeProvider time;

    /// <summary>Ticks that a bind with a wrong password takes, smoothed: as long is waited for a login that nobody has.</summary>
    private long usual;

    /// <param name="directory">Of the same options; not disposed here.</param>
    public LdapBindPassdb(LdapDirectory directory, LdapOptions options, TimeProvider time)
    {
        this.directory = directory;
        this.time = time;
        binder = new LdapBinder(options, time);
        attributes = [.. options.Attributes.Login.Concat(options.Attributes.Addresses).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    public string Name => directory.Name;

    public async ValueTask<PasswordAnswer> VerifyAsync(PasswordQuestion question, CancellationToken cancellationToken)
    {
        foreach (var login in question.Logins)
        {
            var entry = await directory.FindEntryAsync(login, attributes, cancellationToken);
            if (entry.IsUnavailable) return PasswordAnswer.Unavailable(entry.Cause ?? "no answer");
            if (entry.IsFound) return await BindAsync(entry.Value.Dn, question.Password, cancellationToken);
        }

        await Task.Delay(TimeSpan.FromTicks(Volatile.Read(ref usual)), time, cancellationToken);
        return PasswordAnswer.NotFound;
    }

    public ValueTask DisposeAsync() => binder.DisposeAsync();

    private async ValueTask<PasswordAnswer> BindAsync(string dn, Password password, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var check = await binder.CheckAsync(dn, password.Memory, cancellationToken);
        if (check.Answer == LdapPasswordAnswer.Right) return PasswordAnswer.Right;
        if (check.Answer != LdapPasswordAnswer.Wrong) return PasswordAnswer.Unavailable(check.Cause ?? "no answer");

        // Two that write at once lose one of many measurements.
        var (before, now) = (Volatile.Read(ref usual), Math.Min(time.GetElapsedTime(started).Ticks, MaxPretence.Ticks));
        Volatile.Write(ref usual, before == 0 ? now : (7 * before + now) / 8);
        return PasswordAnswer.Wrong;
    }
}
