using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>One search that follows a slapd, read message by message.</summary>
internal sealed class SyncFollower(SyncStream stream) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    internal SyncStream Stream => stream;

    internal static LdapSearchRequest People { get; } = new()
    {
        BaseDn = TruenorthDirectory.People, Filter = LdapFilter.Parse("(mail=*)"), Attributes = ["uid", "tnAccountStatus", "entryCSN"],
    };

    internal static async Task<SyncFollower> OpenAsync(
        MailStackRoot root, SlapdServer slapd, SyncCookie? cookie = null, LdapSearchRequest? request = null, bool startTls = false)
    {
        var options = SlapdAccess.Options(root, slapd) with { StartTls = startTls };
        var connection = await new LdapConnector(options, TimeProvider.System).ConnectAsync(options.Urls[0], CancellationToken.None);
        return new SyncFollower(await SyncStream.OpenAsync(connection, request ?? People, cookie, CancellationToken.None));
    }

    internal Task<SyncMessage> ReadAsync() => stream.ReadAsync(CancellationToken.None).AsTask().WaitAsync(Patience);

    /// <summary>The next message, which must be of this kind.</summary>
    internal async Task<T> ReadAsync<T>()
        where T : SyncMessage =>
        await ReadAsync() is var said && said is T expected ? expected : throw new InvalidOperationException($"{said} instead of {typeof(T).Name}");

    /// <summary>All messages up to the end of the refresh, or of the search.</summary>
    internal async Task<List<SyncMessage>> ReadRefreshAsync()
    {
        var messages = new List<SyncMessage>();
        do messages.Add(await ReadAsync());
        while (messages[^1] is not (SyncPhaseEnd { IsDone: true } or SyncEnd or SyncUnsupported));
        return messages;
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
