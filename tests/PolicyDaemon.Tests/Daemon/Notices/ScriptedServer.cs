using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.Tests.Daemon.Notices;

/// <summary>A server on loopback that goes by a script for each connection, and keeps what clients said.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<ScriptedConnection, int, Task> script;
    private readonly Task serving;

    /// <param name="script">What it does with a connection, and how many there were before.</param>
    public ScriptedServer(Func<ScriptedConnection, int, Task> script)
    {
        this.script = script;
        listener.Start();
        serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Everything said on all connections.</summary>
    public StringBuilder Heard { get; } = new();

    public int Connections { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await serving;
        stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stopping.Token);
                await using var stream = client.GetStream();
                try
                {
                    await script(new ScriptedConnection(stream, Heard, stopping.Token), Connections++);
                }
                catch (IOException)
                {
                    // The client went first.
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}

/// <summary>One connection of a <see cref="ScriptedServer"/>.</summary>
internal sealed class ScriptedConnection(NetworkStream stream, StringBuilder heard, CancellationToken stopping)
{
    private readonly StreamReader reader = new(stream, Encoding.ASCII);

    public async Task SayAsync(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), stopping);

    /// <returns>Null at the end.</returns>
    public async Task<string?> HearAsync()
    {
        var line = await reader.ReadLineAsync(stopping);
        if (line is not null) heard.Append(line).Append('\n');
        return line;
    }

    public Task SleepAsync() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping);

    /// <summary>Reads a request with its body and answers it.</summary>
    public async Task AnswerHttpAsync(string status)
    {
        var length = 0;
        while (await HearAsync() is { Length: > 0 } line)
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) length = int.Parse(line[15..], System.Globalization.CultureInfo.InvariantCulture);
        }

        var body = new char[length];
        // Reading nothing would wait for something.
        if (length > 0) heard.Append(body, 0, await reader.ReadBlockAsync(body, stopping)).Append('\n');
        await SayAsync($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }

    /// <summary>A polite SMTP server, but for one reply.</summary>
    /// <param name="at">The word in front of which it is impolite: <c>greeting</c>, a command, or <c>.</c> for the end of the message.</param>
    /// <param name="reply">Its reply there, or nothing: it closes.</param>
    public async Task TakeMailAsync(string at = "", string reply = "")
    {
        if (!await ReplyAsync("greeting", "220-mail\r\n220 mail ESMTP\r\n")) return;
        while (await HearAsync() is { } command)
        {
            var word = command.Split(' ')[0];
            if (!await ReplyAsync(word, word switch { "DATA" => "354 go\r\n", "EHLO" => "250-mail\r\n250-SIZE 1000000\r\n250 8BITMIME\r\n", _ => "250 2.0.0 ok\r\n" })) return;
            if (word == "QUIT") return;
            if (word != "DATA") continue;
            while (await HearAsync() is { } line && line != ".")
            {
            }

            if (!await ReplyAsync(".", "250 2.0.0 taken\r\n")) return;
        }

        async Task<bool> ReplyAsync(string word, string usual)
        {
            if (word == at && reply.Length == 0) return false;
            await SayAsync(word == at ? reply : usual);
            return true;
        }
    }
}
