using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using PolicyDaemon.Wire;
using PolicyDaemon.Wire.PostfixPolicy;

namespace PolicyDaemon.Tests.Speed;

/// <summary>
/// One policy connection without a network, on which requests follow each other as Postfix 3.7 sends them at RCPT; everything runs on the
/// thread that asks. Nothing is allocated by the asking side.
/// </summary>
internal sealed class WarmRequests
{
    public const string Instance = "5be7.6b0092f8.00000000.0";

    /// <summary>How often the bound may be missed while the runtime has not compiled everything yet.</summary>
    private const int MaxRounds = 400;

    private const int RequestsPerRound = 500;

    private static readonly byte[] Dunno = "action=DUNNO\n\n"u8.ToArray();

    private static readonly byte[] Template = Encoding.ASCII.GetBytes(
        $"""
        request=smtpd_access_policy
        protocol_state=RCPT
        protocol_name=ESMTP
        client_address=198.51.100.17
        client_name=client17.dsl.example.net
        client_port=38738
        reverse_client_name=client17.dsl.example.net
        server_address=192.0.2.25
        server_port=587
        helo_name=client.truenorth.local
        sender=alice@truenorth.local
        recipient=bob@truenorth.local
        recipient_count=0
        queue_id=
        instance={Instance}
        size=2432
        etrn_domain=
        stress=
        sasl_method=PLAIN
        sasl_username=alice
        sasl_sender=
        encryption_protocol=TLSv1.3
        encryption_cipher=TLS_AES_256_GCM_SHA384
        encryption_keysize=256
        policy_context=


        """);

    private readonly PipePair pair = new();
    private readonly byte[] request = [.. Template];
    private readonly int numberAt = Template.AsSpan().IndexOf("00000000"u8);
    private uint last;

    /// <param name="serve">The server of this connection.</param>
    public WarmRequests(Func<IDuplexPipe, Task> serve) => _ = serve(pair.Session);

    public WarmRequests(Decide decide)
        : this(session => new PolicySession(session, "unix:test", decide, new RecordingSessionLog(), TimeProvider.System).RunAsync(CancellationToken.None))
    {
    }

    /// <summary>A server that looks for the end of a request and answers without a thought: what the same connection costs at least.</summary>
    public static WarmRequests AnsweredUnread() => new(AnswerAsync);

    /// <summary>Asks for as many messages as it takes.</summary>
    /// <param name="areNewMessages">Each request is the first of its message; else all are of one.</param>
    /// <returns>The least octets that one request has taken of the heap.</returns>
    public long LeastAllocated(long bound, bool areNewMessages)
    {
        var least = long.MaxValue;
        for (var round = 0; round < MaxRounds && least > bound; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < RequestsPerRound; i++) Ask(areNewMessages);
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / RequestsPerRound);

            // What runs often is compiled anew on a thread of its own.
            if (round % 10 == 9) Thread.Sleep(50);
        }

        return least;
    }

    /// <summary>CPU time of asking so many times, of this thread alone, whatever else the machine does.</summary>
    public long CpuNanoseconds(int requests)
    {
        var before = ThreadCpu.Nanoseconds;
        for (var i = 0; i < requests; i++) Ask(isNewMessage: true);
        return ThreadCpu.Nanoseconds - before;
    }

    private static async Task AnswerAsync(IDuplexPipe session)
    {
        while (true)
        {
            var read = await session.Input.ReadAsync();
            var isWhole = read.Buffer.FirstSpan.EndsWith("\n\n"u8);
            session.Input.AdvanceTo(isWhole ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            if (isWhole) await session.Output.WriteAsync(Dunno);
        }
    }

    private void Ask(bool isNewMessage)
    {
        if (isNewMessage) (++last).TryFormat(request.AsSpan(numberAt, 8), out _, "x8", CultureInfo.InvariantCulture);
        pair.Peer.Output.Write(request);
        var flushed = pair.Peer.Output.FlushAsync();
        if (!flushed.IsCompleted) throw new InvalidOperationException("the session does not read");
        flushed.GetAwaiter().GetResult();
        if (!pair.Peer.Input.TryRead(out var read) || !read.Buffer.FirstSpan.SequenceEqual(Dunno)) throw new InvalidOperationException("not DUNNO");
        pair.Peer.Input.AdvanceTo(read.Buffer.End);
    }
}
