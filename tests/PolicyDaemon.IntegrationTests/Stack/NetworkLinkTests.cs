using System.Net.Sockets;
using System.Text;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Stack;

/// <summary>What befalls a line: to a server that says back what it hears.</summary>
public sealed class NetworkLinkTests : StackTests
{
    private static readonly byte[] Word = Encoding.ASCII.GetBytes("hello");

    private TcpListener echo = null!;
    private NetworkLink link = null!;
    private TcpClient client = null!;

    protected override async ValueTask PrepareAsync()
    {
        echo = new(Root.Address, Root.FreePort());
        echo.Start();
        _ = EchoAsync();
        link = NetworkLink.Start(Root, (System.Net.IPEndPoint)echo.LocalEndpoint);
        client = new();
        await client.ConnectAsync(link.Endpoint);
        await client.GetStream().WriteAsync(Word);
        Assert.Equal(Word.Length, await ReadAsync());
    }

    [Fact]
    public async Task Cut_ends_connections_and_refuses_new_ones_until_it_is_healed()
    {
        await link.CutAsync();
        Assert.Equal(0, await ReadAsync());
        Assert.False(await Wait.AcceptsAsync(link.Endpoint));

        await link.HealAsync();
        Assert.True(await Wait.AcceptsAsync(link.Endpoint));
        await EndAsync();
    }

    [Fact]
    public async Task Frozen_line_accepts_and_says_nothing_and_delivers_late()
    {
        link.Freeze();
        Assert.True(await Wait.AcceptsAsync(link.Endpoint));
        await client.GetStream().WriteAsync(Word);
        Task<int> reading = ReadAsync();
        Assert.NotSame(reading, await Task.WhenAny(reading, Task.Delay(200)));

        await link.HealAsync();
        Assert.Equal(Word.Length, await reading);
        await EndAsync();
    }

    [Fact]
    public async Task Client_that_resets_its_connection_while_answers_come_ends_that_connection_only()
    {
        for (int i = 0; i < 2_000; i++)
        {
            using TcpClient rude = new() { LingerState = new(enable: true, 0) };
            await rude.ConnectAsync(link.Endpoint);
            await rude.GetStream().WriteAsync(new byte[40_000]);
        }

        await link.CutAsync();
        await EndAsync();
    }

    /// <returns>0 when the connection was closed, also when it was reset.</returns>
    private async Task<int> ReadAsync()
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[100]);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private async Task EndAsync()
    {
        client.Dispose();
        await link.DisposeAsync();
        echo.Stop();
    }

    private async Task EchoAsync()
    {
        try
        {
            while (true)
            {
                TcpClient accepted = await echo.AcceptTcpClientAsync();
                _ = accepted.GetStream().CopyToAsync(accepted.GetStream());
            }
        }
        catch (SocketException)
        {
            // The test is over.
        }
    }
}
