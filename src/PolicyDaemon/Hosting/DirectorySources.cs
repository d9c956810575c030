using PolicyDaemon.Backends.Files;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Hosting;

/// <summary>The directories of one configuration, asked as one.</summary>
internal sealed class DirectorySources
{
    /// <summary>Databases are opened at the start; without one, a reload would decide by half of its sources.</summary>
    private const string NeedsRestart = "SQLite becomes a directory by a restart only";

    private DirectorySources(IDirectory directory, LdapSource? ldap)
    {
        Directory = directory;
        Ldap = ldap;
    }

    public IDirectory Directory { get; }

    /// <summary>Null: no LDAP server is asked.</summary>
    public LdapSource? Ldap { get; }

    /// <param name="ldap">An LDAP source that is open already; null: open one, if there is to be one.</param>
    public static DirectorySources Open(
        DirectoryOptions options, PolicySnapshot policy, LdapSource? ldap, Stores stores, SourceHealth health, SyncWatch? watch, TimeProvider time)
    {
        var sources = new List<IDirectory>();
        var opened = ldap is null && options.Ldap is not null ? "ldap" : null;
        if (options.Ldap is { } ldapOptions)
        {
            ldap ??= LdapSource.Open(ldapOptions, policy.Normalizer, health, watch, time);
            sources.Add(ldap.Directory);
        }

        if (options.Sqlite is not null) sources.Add(new SqliteDirectory(stores.Directory ?? throw new InvalidOperationException(NeedsRestart), time));
        IDirectory[] extras = options.ExtraRecipients.Count > 0 ? [new ExtraRecipients(options.ExtraRecipients, policy.Normalizer, time)] : [];
        health.Use([.. sources.Concat(extras).Select(source => source.Name)], opened);
        return new DirectorySources(
            sources is [var only] && extras.Length == 0 ? only : new CombinedDirectory(sources, options.Identity, extras), options.Ldap is null ? null : ldap);
    }

    /// <summary>
    /// Puts one question whose answer nobody needs: connections are made and code is compiled before the first mail waits for it, and
    /// a source that is away is in the log from the start.
    /// </summary>
    public async Task GreetAsync(TimeSpan limit, SourceHealth health, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await Directory.FindAccountAsync("policydaemon", either.Token);
            health.Settle();
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The source has told that it does not answer, or the daemon stops.
        }
    }

    /// <param name="keep">A source that newer rules go on using.</param>
    public ValueTask CloseAsync(LdapSource? keep) => Ldap is null || ReferenceEquals(Ldap, keep) ? default : Ldap.DisposeAsync();
}
