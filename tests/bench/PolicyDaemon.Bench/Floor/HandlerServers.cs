using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Wire;
using PolicyDaemon.Wire.DovecotAuth;
using PolicyDaemon.Wire.PostfixPolicy;

namespace PolicyDaemon.Bench.Floor;

/// <summary>The servers that the daemon is compared with, on the transport that it uses itself.</summary>
internal static class HandlerServers
{
    /// <summary>Answers DUNNO without reading what it is asked.</summary>
    public const string Floor = "floor";

    /// <summary>Reads every request as the daemon does, and answers DUNNO without deciding.</summary>
    public const string Session = "session";

    /// <summary>Reads every login as the daemon does, and lets everybody in without looking at the password.</summary>
    public const string Logins = "logins";

    private static readonly byte[] Dunno = "action=DUNNO\n\n"u8.ToArray();

    public static Task RunAsync(string kind, string unixPath, IPEndPoint tcp)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            AuthInstance instance = new(TimeProvider.System);
            Func<ConnectionContext, Task> serve = kind switch
            {
                Floor => AnswerAsync,
                Session => ReadAndAnswerAsync,
                _ => connection => LetInAsync(connection, instance),
            };
            kestrel.ListenUnixSocket(unixPath, listen => listen.Run(serve));
            kestrel.Listen(tcp, listen => listen.Run(serve));
        });
        return builder.Build().RunAsync();
    }

    private static async Task AnswerAsync(ConnectionContext connection)
    {
        while (true)
        {
            var read = await connection.Transport.Input.ReadAsync();
            if (read.IsCompleted) return;
            var isWhole = EndsWithEmptyLine(read);
            connection.Transport.Input.AdvanceTo(isWhole ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            if (isWhole) await connection.Transport.Output.WriteAsync(Dunno);
        }
    }

    private static bool EndsWithEmptyLine(ReadResult read)
    {
        if (read.Buffer.IsSingleSegment) return read.Buffer.FirstSpan.EndsWith("\n\n"u8);
        Span<byte> last = stackalloc byte[2];
        read.Buffer.Slice(read.Buffer.Length - 2).CopyTo(last);
        return last.SequenceEqual("\n\n"u8);
    }

    private static Task ReadAndAnswerAsync(ConnectionContext connection) =>
        new PolicySession(
            connection.Transport,
            connection.ConnectionId,
            (_, _) => ValueTask.FromResult(Decision.Dunno),
            new StandardErrorLog(),
            TimeProvider.System).RunAsync(connection.ConnectionClosed);

    private static async Task LetInAsync(ConnectionContext connection, AuthInstance instance)
    {
        var yes = AuthenticationAnswer.Accepted(new Account { Name = "alice", Logins = ["alice"], Addresses = [], States = [new("none", "alice")] });
        using AuthClientSession session = new(
            connection.Transport, connection.ConnectionId, instance, (_, _) => ValueTask.FromResult(yes), new StandardErrorLog(), TimeProvider.System);
        await session.RunAsync(connection.ConnectionClosed);
    }

    private sealed class StandardErrorLog : ISessionLog
    {
        public void PeerMalformed(string protocol, string peer, string error) => Console.Error.WriteLine(error);

        public void SessionFault(string protocol, string peer, Exception exception) => Console.Error.WriteLine(exception);
    }
}
