using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>Asks the daemon one policy question as an smtpd would at RCPT, where a whole Postfix would add nothing.</summary>
internal static class PolicyClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static int instances;

    /// <param name="login">A person of <see cref="MailStack.Slapd.TruenorthDirectory"/>, who sends by the own address; or an address, which is the login.</param>
    /// <returns>The action: <c>DUNNO</c>, or a code and a text.</returns>
    public static async Task<string> AskAsync(EndPoint daemon, string login, string recipient = "bob@truenorth.local")
    {
        using CancellationTokenSource limit = new(Patience);
        using Socket socket = new(daemon.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(daemon, limit.Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"""
            request=smtpd_access_policy
            protocol_state=RCPT
            protocol_name=ESMTP
            client_address=198.51.100.17
            helo_name=client.truenorth.local
            sender={(login.Contains('@') ? login : $"{login}@truenorth.local")}
            recipient={recipient}
            instance=question.{Interlocked.Increment(ref instances)}
            sasl_method=PLAIN
            sasl_username={login}


            """), limit.Token);
        byte[] reply = new byte[1024];
        int length = 0;
        while (!reply.AsSpan(0, length).EndsWith("\n\n"u8))
        {
            int received = await socket.ReceiveAsync(reply.AsMemory(length), limit.Token);
            if (received == 0)
                throw new IOException($"the daemon closed the connection after '{Encoding.ASCII.GetString(reply, 0, length)}'");
            length += received;
        }

        return Encoding.ASCII.GetString(reply, "action=".Length, length - "action=\n\n".Length);
    }
}
