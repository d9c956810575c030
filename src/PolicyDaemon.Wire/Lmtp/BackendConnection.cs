using System.IO.Pipelines;
using System.Text;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>One connection to a backend, greeted: commands and their replies, in their order.</summary>
/// <remarks>Every method throws <see cref="BackendException"/> when the backend cannot be talked to any further; then the connection is only to be disposed.</remarks>
internal sealed class BackendConnection : IAsyncDisposable
{
    /// <summary>DATA: asks to send the content. Anything but 354 is a refusal, and ends the transaction.</summary>
    public const string Data = "DATA";

    private readonly IPipeConnection connection;
    private readonly ReplyReader replies;
    private readonly LmtpRules rules;
    private readonly TimeProvider time;

    /// <summary>Commands whose replies were not yet heard.</summary>
    private readonly Queue<string> told = new();

    /// <summary>To be told once; null before it counts, and afterwards.</summary>
    private Action? closed;

    private BackendConnection(LmtpBackend backend, IPipeConnection connection, LmtpRules rules, TimeProvider time)
    {
        Backend = backend;
        this.connection = connection;
        this.rules = rules;
        this.time = time;
        replies = new ReplyReader(connection.Input);
    }

    public LmtpBackend Backend { get; }

    public LmtpCapabilities Capabilities { get; private set; } = new(false, false, null, null);

    /// <summary>It was kept since an earlier transaction: its end says nothing about the backend.</summary>
    public bool IsUsed { get; set; }

    /// <summary>The backend was told of one client, so that the next transaction needs another connection.</summary>
    public bool IsBound { get; private set; }

    /// <summary>Nothing but our next command is waited for.</summary>
    public bool IsQuiet => !replies.HasInput;

    /// <summary>For the content; what is written goes out when it is flushed.</summary>
    public PipeWriter Output => connection.Output;

    /// <param name="closed">Called when it is closed, which follows for certain.</param>
    public static async ValueTask<BackendConnection> OpenAsync(LmtpBackend backend, LmtpRules rules, TimeProvider time, Action closed)
    {
        using var limit = new CancellationTokenSource(rules.ConnectTimeout, time);
        var opened = await ConnectAsync(backend, rules, time, limit.Token);
        try
        {
            await opened.GreetAsync(limit.Token);
            opened.closed = closed;
            return opened;
        }
        catch (BackendException)
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>There are replies that nobody has heard.</summary>
    public bool IsOwing => told.Count > 0;

    /// <summary>
    /// Sends commands in one go, before they are asked: then only their replies are waited for. For a backend that takes them so (<see cref="LmtpCapabilities.Pipelining"/>).
    /// </summary>
    /// <param name="commands">In the order in which they will be asked, with nothing between.</param>
    public ValueTask TellAheadAsync(IReadOnlyList<string> commands) => WithinAsync(rules.CommandTimeout, token => TellAsync(commands, token));

    /// <summary>Sends a command, unless that was done ahead, and reads its reply.</summary>
    /// <param name="command">Without its CRLF, as Latin-1.</param>
    public ValueTask<LmtpReply> AskAsync(string command) => WithinAsync(rules.CommandTimeout, token => AskAsync(command, token));

    /// <summary>Tells the backend who gave the message to Postfix, where it wants to know.</summary>
    public async ValueTask TellClientAsync(ForwardedClient client)
    {
        if (!rules.SendsXclient || Capabilities.Xclient is not { } taken || client.ToXclient(taken, rules.FinalTimeout) is not { Length: > 0 } attributes) return;
        IsBound = true;
        Expect(await AskAsync($"XCLIENT {attributes}"), "XCLIENT");
        await WithinAsync(rules.CommandTimeout, HelloAsync);
    }

    /// <summary>Hands the content written so far to the backend.</summary>
    public ValueTask FlushAsync() => WithinAsync(rules.CommandTimeout, FlushAsync);

    /// <summary>Ends the content. From here on the backend may store it, whatever happens.</summary>
    public ValueTask EndContentAsync()
    {
        Write(".");
        return FlushAsync();
    }

    /// <param name="cancellationToken">The time limit of all replies to one message.</param>
    public ValueTask<LmtpReply> ReadFinalReplyAsync(CancellationToken cancellationToken) => GuardAsync(replies.ReadAsync, cancellationToken);

    /// <summary>There is a reply too many: which of them was meant for whom is not known.</summary>
    public ValueTask<bool> HasStrayReplyAsync() => replies.HasStrayReplyAsync();

    /// <summary>Closes without a word: a message whose end was not sent is dropped by the backend.</summary>
    public ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref closed, null)?.Invoke();
        return connection.DisposeAsync();
    }

    private static async ValueTask<BackendConnection> ConnectAsync(LmtpBackend backend, LmtpRules rules, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return new BackendConnection(backend, await backend.Connect(cancellationToken), rules, time);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            throw new BackendException(exception is IOException ? exception.Message : "no connection in time", exception);
        }
    }

    private async ValueTask GreetAsync(CancellationToken cancellationToken)
    {
        var greeting = await GuardAsync(replies.ReadAsync, cancellationToken);
        Expect(greeting, "the connection");

        // Whom it would ask in turn may be us: a message would go round for ever, and each round needs a connection.
        if (greeting.Lines[0].Contains(LmtpSession.Product, StringComparison.Ordinal)) throw new BackendException("it is a PolicyDaemon itself, not a mail store");
        await HelloAsync(cancellationToken);
    }

    private async ValueTask HelloAsync(CancellationToken cancellationToken)
    {
        var reply = await AskAsync($"LHLO {rules.Node}", cancellationToken);
        Expect(reply, "LHLO");
        Capabilities = LmtpCapabilities.Of(reply);
    }

    private static void Expect(LmtpReply reply, string command)
    {
        if (!reply.IsPositive) throw Unexpected(reply, command);
    }

    private static BackendException Unexpected(LmtpReply reply, string command) =>
        new($"answer to {command}: {PeerText.Escape(Encoding.Latin1.GetBytes(reply.Text))}");

    private async ValueTask TellAsync(IReadOnlyList<string> commands, CancellationToken cancellationToken)
    {
        if (IsOwing || replies.HasInput) throw new BackendException("said something, or closed, without being asked");
        foreach (var command in commands)
        {
            Write(command);
            told.Enqueue(command);
        }

        await FlushAsync(cancellationToken);
    }

    private async ValueTask<LmtpReply> AskAsync(string command, CancellationToken cancellationToken)
    {
        if (!IsOwing) await TellAsync([command], cancellationToken);
        if (told.Dequeue() != command) throw new BackendException($"was told something else than {command} ahead");
        var reply = await GuardAsync(replies.ReadAsync, cancellationToken);
        var isExpected = !reply.IsClosing && (reply.IsIntermediate ? command == Data : command != Data || !reply.IsPositive);
        return isExpected ? reply : throw Unexpected(reply, command.Split(' ')[0]);
    }

    private void Write(string command) => Encoding.Latin1.GetBytes($"{command}\r\n", connection.Output);

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var flushed = await GuardAsync(connection.Output.FlushAsync, cancellationToken);
        if (flushed.IsCompleted) throw new BackendException("connection closed by the backend");
    }

    private async ValueTask<T> WithinAsync<T>(TimeSpan timeout, Func<CancellationToken, ValueTask<T>> act)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        return await act(limit.Token);
    }

    private async ValueTask WithinAsync(TimeSpan timeout, Func<CancellationToken, ValueTask> act)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        await act(limit.Token);
    }

    private static async ValueTask<T> GuardAsync<T>(Func<CancellationToken, ValueTask<T>> act, CancellationToken cancellationToken)
    {
        try
        {
            return await act(cancellationToken);
        }
        catch (OperationCanceledException exception)
        {
            throw new BackendException("no answer in time", exception);
        }
        catch (Exception exception) when (exception is IOException and not BackendException or ObjectDisposedException or InvalidOperationException)
        {
            throw new BackendException(exception.Message, exception);
        }
    }
}
