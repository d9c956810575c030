using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using PolicyDaemon.Hosting.Polling;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Hosting;

public sealed class PolledStreamTests : IAsyncLifetime
{
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("policydaemon-poll-");
    private readonly Socket peer = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private IConnectionListener listener = null!;
    private ConnectionContext connection = null!;
    private PolledStream stream = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        UnixDomainSocketEndPoint endpoint = new(Path.Combine(directory.FullName, "socket"));
        PolledTransport transport = new([endpoint], Bind, 10);
        Assert.True(transport.CanBind(endpoint));
        listener = await transport.BindAsync(endpoint, Token);
        await peer.ConnectAsync(endpoint, Token);
        connection = (await listener.AcceptAsync(Token))!;
        Socket near = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await near.ConnectAsync(endpoint, Token);
        stream = new PolledStream(near);
    }

    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        await stream.DisposeAsync();
        await listener.DisposeAsync();
        peer.Dispose();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Octets_that_come_later_are_waited_for()
    {
        for (var i = 0; i < 1000; i++)
        {
            var reading = connection.Transport.Input.ReadAsync(Token);
            if (i % 2 == 0) await Task.Yield();
            await peer.SendAsync("x"u8.ToArray(), Token);
            var read = await reading.AsTask().WaitAsync(AtMost, Token);
            Assert.Equal(1, read.Buffer.Length);
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            await connection.Transport.Output.WriteAsync("y"u8.ToArray(), Token);
            Assert.Equal(1, await peer.ReceiveAsync(new byte[10], Token));
        }
    }

    [Fact]
    public async Task Peer_that_reads_slowly_gets_all()
    {
        var octets = new byte[8 << 20];
        Random.Shared.NextBytes(octets);
        var writing = connection.Transport.Output.WriteAsync(octets, Token).AsTask();
        var all = new byte[octets.Length];
        for (var at = 0; at < all.Length;)
        {
            if (at < 1 << 20) await Task.Delay(1, Token);
            var read = await peer.ReceiveAsync(all.AsMemory(at), Token).AsTask().WaitAsync(AtMost, Token);
            Assert.NotEqual(0, read);
            at += read;
        }

        await writing.WaitAsync(AtMost, Token);
        Assert.Equal(octets, all);

        // And the socket is still read.
        await peer.SendAsync("x"u8.ToArray(), Token);
        Assert.Equal(1, (await connection.Transport.Input.ReadAsync(Token).AsTask().WaitAsync(AtMost, Token)).Buffer.Length);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task End_of_the_peer_is_the_end_of_the_input_behind_all_that_it_sent(bool isWaitedFor)
    {
        var reading = isWaitedFor ? connection.Transport.Input.ReadAtLeastAsync(4, Token).AsTask() : null;
        await peer.SendAsync("abc"u8.ToArray(), Token);
        peer.Dispose();
        var read = await (reading ?? connection.Transport.Input.ReadAtLeastAsync(4, Token).AsTask()).WaitAsync(AtMost, Token);
        Assert.True(read.IsCompleted);
        Assert.Equal(3, read.Buffer.Length);
    }

    [Fact]
    public async Task Waiting_can_be_cancelled_and_begun_anew()
    {
        var reading = connection.Transport.Input.ReadAsync(Token).AsTask();
        connection.Transport.Input.CancelPendingRead();
        var cancelled = await reading.WaitAsync(AtMost, Token);
        Assert.True(cancelled.IsCanceled);
        connection.Transport.Input.AdvanceTo(cancelled.Buffer.Start);
        await peer.SendAsync("x"u8.ToArray(), Token);
        Assert.Equal(1, (await connection.Transport.Input.ReadAsync(Token).AsTask().WaitAsync(AtMost, Token)).Buffer.Length);
    }

    [Fact]
    public async Task Who_waits_when_it_is_closed_hears_so()
    {
        var reading = stream.ReadAsync(new byte[10], Token).AsTask();
        var writing = stream.WriteAsync(new byte[8 << 20], Token).AsTask();
        Assert.False(reading.IsCompleted);
        Assert.False(writing.IsCompleted);
        await stream.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(AtMost, Token));
        await Assert.ThrowsAsync<IOException>(() => writing.WaitAsync(AtMost, Token));
        await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[10], Token).AsTask());
    }

    [Fact]
    public async Task Peer_that_is_gone_takes_nothing()
    {
        peer.Dispose();
        await Assert.ThrowsAsync<IOException>(async () => await connection.Transport.Output.WriteAsync("x"u8.ToArray(), Token));
    }

    [Fact]
    public async Task Listener_that_is_unbound_accepts_nobody()
    {
        await using var other = (await listener.AcceptAsync(Token))!;
        var accepting = listener.AcceptAsync(Token).AsTask();
        await listener.UnbindAsync(Token);
        Assert.Null(await accepting.WaitAsync(AtMost, Token));
        Assert.Null(await listener.AcceptAsync(Token));
    }

    private static Socket Bind(EndPoint endpoint)
    {
        Socket socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(endpoint);
        return socket;
    }
}
