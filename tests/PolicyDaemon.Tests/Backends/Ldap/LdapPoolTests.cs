using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

public sealed class LdapPoolTests : IAsyncDisposable
{
    private readonly Queue<TaskCompletionSource<LdapConnection>> attempts = new();
    private readonly List<FakeLdapPeer> servers = [];
    private readonly LdapPool pool;

    public LdapPoolTests() => pool = new LdapPool(ConnectAsync, size: 1);

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers) await server.Stream.DisposeAsync();
        await pool.DisposeAsync().AsTask().WaitAsync(FakeLdapPeer.Patience, TestToken);
    }

    [Fact]
    public async Task All_who_ask_meanwhile_get_the_connection_that_is_being_made()
    {
        Task<LdapConnection> one = pool.GetAsync(TestToken), two = pool.GetAsync(TestToken);
        var made = Complete();
        Assert.Same(made, await one);
        Assert.Same(made, await two);
        Assert.Same(made, await pool.GetAsync(TestToken));
        Assert.Empty(attempts);
    }

    [Fact]
    public async Task Caller_who_leaves_does_not_end_the_attempt_for_the_others()
    {
        using var cancel = new CancellationTokenSource();
        Task<LdapConnection> leaving = pool.GetAsync(cancel.Token), staying = pool.GetAsync(TestToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        var made = Complete();
        Assert.Same(made, await staying);
    }

    [Fact]
    public async Task Failed_attempt_is_not_kept()
    {
        var first = pool.GetAsync(TestToken);
        attempts.Dequeue().SetException(new LdapConnectionException("refused"));
        await Assert.ThrowsAsync<LdapConnectionException>(() => first);
        var second = pool.GetAsync(TestToken);
        var made = Complete();
        Assert.Same(made, await second);
    }

    [Fact]
    public async Task Connection_that_is_gone_is_replaced()
    {
        var first = pool.GetAsync(TestToken);
        var gone = Complete();
        await first;
        await gone.DisposeAsync();
        var second = pool.GetAsync(TestToken);
        var made = Complete();
        Assert.Same(made, await second);
    }

    [Fact]
    public async Task Connection_made_after_it_was_retired_ends_instead_of_lying_idle_for_ever()
    {
        var first = pool.GetAsync(TestToken);
        pool.Retire();
        var late = Complete();
        Assert.Same(late, await first);
        Assert.False(late.IsOpen);
        Assert.Null(await servers[0].ReadAsync());
    }

    private LdapConnection Complete()
    {
        var (client, server) = DuplexStream.CreatePair();
        servers.Add(new FakeLdapPeer(server));
        var connection = new LdapConnection(client, TimeProvider.System);
        attempts.Dequeue().SetResult(connection);
        return connection;
    }

    private Task<LdapConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var attempt = new TaskCompletionSource<LdapConnection>();
        cancellationToken.Register(() => attempt.TrySetCanceled(cancellationToken));
        attempts.Enqueue(attempt);
        return attempt.Task;
    }
}
