using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>One connection to a daemon on which an smtpd asks one question after the other.</summary>
internal sealed class PolicySession : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket socket;
    private readonly byte[] reply = new byte[1024];

    private PolicySession(Socket socket) => this.socket = socket;

    /// <exception cref="SocketException">Nobody listens.</exception>
    public static async Task<PolicySession> OpenAsync(EndPoint daemon)
    {
        Socket opened = new(daemon.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await opened.ConnectAsync(daemon);
            return new PolicySession(opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>A question at END-OF-MESSAGE, where limits are charged.</summary>
    /// <param name="login">SASL username, and envelope sender.</param>
    /// <param name="instance">The same again is the same message.</param>
    /// <returns>The action: <c>DUNNO</c>, or a code and a text.</returns>
    /// <exception cref="IOException">No answer: the daemon is gone, and whether it has charged is unknown.</exception>
    public Task<string> FinishAsync(string login, string instance, long recipients) => AskAsync("END-OF-MESSAGE", login, "", instance, recipients);

    /// <inheritdoc cref="FinishAsync"/>
    public Task<string> OfferAsync(string login, string recipient, string instance) => AskAsync("RCPT", login, recipient, instance, 0);

    public void Dispose() => socket.Dispose();

    private async Task<string> AskAsync(string state, string login, string recipient, string instance, long recipients)
    {
        string question = string.Create(CultureInfo.InvariantCulture, $"""
            request=smtpd_access_policy
            protocol_state={state}
            protocol_name=ESMTP
            client_address=198.51.100.17
            helo_name=client.truenorth.local
            sender={login}
            recipient={recipient}
            recipient_count={recipients}
            size=1000
            instance={instance}
            sasl_method=PLAIN
            sasl_username={login}


            """);
        using CancellationTokenSource limit = new(Patience);
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(question), limit.Token);
            int length = 0;
            while (!reply.AsSpan(0, length).EndsWith("\n\n"u8))
            {
                int received = await socket.ReceiveAsync(reply.AsMemory(length), limit.Token);
                if (received == 0) throw new IOException("the daemon closed the connection");
                length += received;
            }

            return Encoding.ASCII.GetString(reply, "action=".Length, length - "action=\n\n".Length);
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            throw new IOException(failure.Message, failure);
        }
    }
}
