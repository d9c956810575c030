using System.Net.Sockets;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>Answers policy questions from a table and remembers them: for what Postfix asks, where the daemon itself is not the point.</summary>
internal sealed class PolicyServerStub : IDisposable
{
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<string> questions = [];

    public PolicyServerStub(string path)
    {
        listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        listener.Listen();
        _ = AcceptAsync();
    }

    /// <summary>protocol_state → action; DUNNO where there is none.</summary>
    public Dictionary<string, string> Actions { get; } = [];

    /// <summary><c>policy_context protocol_state</c> of each question since the last call.</summary>
    public IReadOnlyList<string> TakeQuestions()
    {
        lock (questions)
        {
            string[] taken = [.. questions];
            questions.Clear();
            return taken;
        }
    }

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = AnswerAsync(new NetworkStream(await listener.AcceptAsync(), ownsSocket: true));
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        await using NetworkStream connection = stream;
        using StreamReader reader = new(connection);
        Dictionary<string, string> attributes = new(StringComparer.Ordinal);
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Split('=', 2) is [var name, var value])
            {
                attributes[name] = value;
                continue;
            }

            string state = attributes["protocol_state"];
            lock (questions) questions.Add($"{attributes["policy_context"]} {state}");
            await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"action={Actions.GetValueOrDefault(state, "DUNNO")}\n\n"));
        }
    }
}
