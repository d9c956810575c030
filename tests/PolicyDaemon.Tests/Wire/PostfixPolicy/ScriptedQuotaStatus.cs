using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Tests.Wire.PostfixPolicy;

/// <summary>
/// Stands where Dovecot's quota-status stands. Answers each request, in order over all connections, with the next text of its script;
/// null closes the connection instead, and when the script is at its end there is silence.
/// </summary>
internal sealed class ScriptedQuotaStatus(params IReadOnlyList<string?> script)
{
    private int answered;

    public List<ServedConnection> Connections { get; } = [];

    public List<string> Requests { get; } = [];

    /// <summary>Whether anybody listens.</summary>
    public bool IsUp { get; set; } = true;

    public ValueTask<IPipeConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsUp) throw new IOException("connection refused");
        ServedConnection connection = new();
        Connections.Add(connection);
        _ = ServeAsync(connection);
        return ValueTask.FromResult<IPipeConnection>(connection);
    }

    private async Task ServeAsync(ServedConnection connection)
    {
        var pending = "";
        while (true)
        {
            var read = await connection.Server.Input.ReadAsync();
            pending += Encoding.UTF8.GetString(read.Buffer.ToArray());
            connection.Server.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
            if (!pending.EndsWith("\n\n", StringComparison.Ordinal)) continue;

            Requests.Add(pending);
            pending = "";
            if (answered == script.Count) continue;
            if (script[answered++] is { } answer) await connection.Server.Output.WriteAsync(Encoding.UTF8.GetBytes(answer));
            else await connection.CloseAsync();
        }
    }
}

/// <summary>One connection to a <see cref="ScriptedQuotaStatus"/>, seen from both sides.</summary>
internal sealed class ServedConnection : IPipeConnection
{
    private readonly PipePair pair = new();

    public IDuplexPipe Server => pair.Session;

    public PipeReader Input => pair.Peer.Input;

    public PipeWriter Output => pair.Peer.Output;

    public bool IsDisposed { get; private set; }

    /// <summary>The server closes.</summary>
    public async Task CloseAsync()
    {
        await Server.Output.CompleteAsync();
        await Server.Input.CompleteAsync();
    }

    public async ValueTask DisposeAsync()
    {
        IsDisposed = true;
        await Input.CompleteAsync();
        await Output.CompleteAsync();
    }
}
