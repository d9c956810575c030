using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PolicyDaemon.MailStack.Processes;

/// <summary>"Wait until, at most": polls in steps of 10 ms, so that nothing has to sleep for a guessed time.</summary>
public static class Wait
{
    /// <summary>Generous, because a machine with other work starts servers ten times slower than an idle one.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    /// <param name="what">Ends the sentence "waited in vain until ...".</param>
    /// <param name="details">Called on failure only: what the reader of the failed test will want to see.</param>
    public static async Task UntilAsync(
        Func<Task<bool>> condition, string what, TimeSpan? limit = null, Func<string>? details = null)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!await condition())
        {
            if (waited.Elapsed > (limit ?? DefaultLimit))
                throw new TimeoutException($"waited {waited.Elapsed.TotalSeconds:0.0} s in vain until {what}\n{details?.Invoke()}");
            await Task.Delay(Step);
        }
    }

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, string, TimeSpan?, Func{string})"/>
    public static Task UntilAsync(Func<bool> condition, string what, TimeSpan? limit = null, Func<string>? details = null) =>
        UntilAsync(() => Task.FromResult(condition()), what, limit, details);

    /// <summary>Whether a listener accepts: the file of a unix socket alone does not prove one.</summary>
    public static async Task<bool> AcceptsAsync(EndPoint endpoint)
    {
        bool isUnix = endpoint.AddressFamily == AddressFamily.Unix;
        using Socket socket = new(endpoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endpoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
