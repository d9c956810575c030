using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PolicyDaemon.Bench.Measuring;

/// <summary>A server as a process of its own, so that its CPU time and memory are only its own.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly Process process;

    private ServerProcess(string name, Process process, IReadOnlyDictionary<string, EndPoint> endpoints)
    {
        Name = name;
        this.process = process;
        Endpoints = endpoints;
    }

    public string Name { get; }

    /// <summary>By transport, <c>unix</c> and <c>tcp</c>.</summary>
    public IReadOnlyDictionary<string, EndPoint> Endpoints { get; }

    public int Id => process.Id;

    public Subject As(Role role) => new(Name, role, Id, Endpoints);

    /// <summary>Starts a server and waits until it accepts connections on every endpoint.</summary>
    public static async Task<ServerProcess> StartAsync(string name, string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, EndPoint> endpoints)
    {
        var started = Process.Start(new ProcessStartInfo(file, arguments) { UseShellExecute = false })
            ?? throw new InvalidOperationException($"{file} did not start");
        ServerProcess server = new(name, started, endpoints);
        foreach (var endpoint in endpoints.Values) await server.WaitUntilAcceptingAsync(endpoint);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) _ = Libc.Kill(process.Id, Libc.Terminate);
        using CancellationTokenSource limit = new(StopLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        process.Dispose();
    }

    private async Task WaitUntilAcceptingAsync(EndPoint endpoint)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var socket = Sockets.Connect(endpoint);
                return;
            }
            catch (SocketException) when (!process.HasExited && Stopwatch.GetElapsedTime(started) < StartLimit)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
    }
}
