using PolicyDaemon.Admin;
using PolicyDaemon.Backends;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Hosting;

/// <summary>
/// The LDAP servers of a configuration: followed and kept in memory, or asked for each question with what they said last for the time when
/// none of them answers.
/// </summary>
internal sealed class LdapSource : IAsyncDisposable
{
    public const string Name = "ldap";

    private readonly LdapSourceOptions options;
    private readonly LdapDirectory servers;
    private readonly LastKnownDirectory lookup;
    private readonly SyncDirectory? view;
    private readonly LdapBindPassdb? binding;
    private readonly TimeProvider time;
    private readonly Lazy<Task> stopped;

    private LdapSource(
        LdapSourceOptions options, LdapDirectory servers, LastKnownDirectory lookup, SyncDirectory? view, AddressNormalizer normalizer, HashWorkers workers, TimeProvider time)
    {
        Accounts = new LdapAccounts(view, new LdapAccountList(options.Server, normalizer, time, Name));
        Passdb = options.Passwords switch
        {
            LdapPasswords.Bind => binding = new LdapBindPassdb(servers, options.Server, time),
            LdapPasswords.UserPassword => new LdapAttributePassdb(servers, options.Server, workers, time),
            _ => null,
        };
        this.time = time;
        this.options = options;
        this.servers = servers;
        this.view = view;
        this.lookup = lookup;
        Directory = view is null ? lookup : view;
        stopped = new Lazy<Task>(() => view?.DisposeAsync().AsTask() ?? Task.CompletedTask);
    }

    public IDirectory Directory { get; }

    public IAccountList Accounts { get; }

    /// <summary>Null: LDAP has no passwords.</summary>
    public IPassdb? Passdb { get; }

    /// <summary>Null: nothing is followed.</summary>
    public SyncStatus? Status => view?.Status;

    /// <inheritdoc cref="Status"/>
    public SyncReport? Sync => view is null ? null : SyncReport.Of(view.Status, options.StaleFor);

    /// <summary>What servers said last, for the questions that are put to them.</summary>
    public LastKnownReport LastKnown => LastKnownReport.Of(lookup);

    public LdapReport Report => new()
    {
        Source = Name,
        Now = time.GetUtcNow(),
        Mode = options.Mode,
        Servers = [.. servers.Servers.Select(server => new LdapServerReport(server.Url.Text, server.IsPassedOver, server.Cause))],
        SavedView = view is null ? null : options.SavedView,
        Sync = Sync,
    };

    /// <param name="watch">Hears what the replication has to say; null: there is to be none, and in mode sync servers are asked as well.</param>
    public static LdapSource Open(LdapSourceOptions options, AddressNormalizer normalizer, HashWorkers workers, SourceHealth health, SyncWatch? watch, TimeProvider time)
    {
        var asked = new LdapDirectory(options.Server, normalizer, time, state => health.ServerChanged(Name, state), Name);
        var lastKnown = new LastKnownDirectory(asked, options.StaleFor, time, cause => health.Changed(Name, cause));
        if (options.Mode != LdapMode.Sync || watch is null) return new LdapSource(options, asked, lastKnown, null, normalizer, workers, time);

        var sync = new SyncOptions { StaleFor = options.StaleFor, SavedView = options.SavedView, MaxShrink = options.MaxShrink };
        SyncDirectory? followed = null;
        followed = new SyncDirectory(
            options.Server, sync, lastKnown, normalizer, time, heard => watch.Hear(Name, heard, followed!.Status, options.StaleFor), Name);
        return new LdapSource(options, asked, lastKnown, followed, normalizer, workers, time);
    }

    /// <summary>
    /// Begins to follow. Until then, and until there is a view, servers are asked. Not before another source with the same saved view
    /// has stopped.
    /// </summary>
    public void Start() => view?.Start();

    /// <summary>Follows no more and has saved its view when the call returns; questions are still answered.</summary>
    public Task StopAsync() => stopped.Value;

    /// <summary>What the provider has counts, whatever that takes away.</summary>
    /// <returns>False when no provider could be asked, or nothing is followed.</returns>
    public Task<bool> AcceptAsync(CancellationToken cancellationToken) => view?.AcceptAsync(cancellationToken) ?? Task.FromResult(false);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (binding is not null) await binding.DisposeAsync();
        await servers.DisposeAsync();
    }
}
