using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Xunit;

namespace PolicyDaemon.Tests;

/// <summary>
/// Plays a conversation of a line protocol, written in a text file, over a pipe: <c>&gt;</c> we send, <c>&lt;</c> we must receive,
/// <c>~</c> we must receive a line beginning so, <c>!</c> the peer must close without another byte, <c>#</c> says why. One blank stands
/// behind the mark. What is left unread at the end fails the dialog.
/// </summary>
/// <param name="lineEnd">What ends a line on the wire.</param>
internal sealed class DialogRunner(IDuplexPipe connection, string lineEnd)
{
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(10);

    private readonly StringBuilder transcript = new();
    private string received = "";
    private bool isClosed;

    public async Task PlayAsync(string path)
    {
        foreach (var line in await File.ReadAllLinesAsync(path))
        {
            transcript.AppendLine(line);
            await StepAsync(line);
        }

        if (!isClosed && connection.Input.TryRead(out var read)) Take(read);
        Expect(received.Length == 0, $"and no more than that, not {received}");
    }

    private async Task StepAsync(string line)
    {
        var text = line.Length > 2 ? line[2..] : "";
        switch (line.Length == 0 ? '#' : line[0])
        {
            case '#': break;
            case '>': await connection.Output.WriteAsync(Encoding.UTF8.GetBytes(text + lineEnd)); break;
            case '<':
                var exact = await ReceiveLineAsync();
                Expect(exact == text, $"not {exact}");
                break;
            case '~':
                var longer = await ReceiveLineAsync();
                Expect(longer.StartsWith(text, StringComparison.Ordinal), $"not {longer}");
                break;
            case '!':
                while (!isClosed) await ReceiveAsync();
                Expect(received.Length == 0, $"not {received}");
                break;
            default: throw new FormatException($"no mark: {line}");
        }
    }

    private async Task<string> ReceiveLineAsync()
    {
        int end;
        while ((end = received.IndexOf(lineEnd, StringComparison.Ordinal)) < 0)
        {
            Expect(!isClosed, $"not the end of the connection after {received}");
            await ReceiveAsync();
        }

        var line = received[..end];
        received = received[(end + lineEnd.Length)..];
        return line;
    }

    private async Task ReceiveAsync()
    {
        using CancellationTokenSource limit = new(AtMost);
        try
        {
            Take(await connection.Input.ReadAsync(limit.Token));
        }
        catch (OperationCanceledException)
        {
            Expect(false, "not silence");
        }
    }

    private void Take(ReadResult read)
    {
        received += Encoding.UTF8.GetString(read.Buffer.ToArray());
        isClosed = read.IsCompleted;
        connection.Input.AdvanceTo(read.Buffer.End);
    }

    private void Expect(bool condition, string instead)
    {
        if (!condition) Assert.Fail($"{transcript}   <-- {instead}");
    }
}
