using System.Net.Sockets;
using System.Text;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.IntegrationTests.Support.Restarts;

/// <summary>
/// The connections that one smtpd of Postfix keeps, used as Postfix 3.7 uses them: for the policy protocol (<c>src/global/attr_clnt.c</c> with
/// <c>smtpd_policy_service_try_limit = 2</c>) and for logins (<c>src/xsasl/xsasl_dovecot_server.c</c>).
/// </summary>
internal sealed class SmtpdPeer(string policySocket, string saslSocket) : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private PolicySession? policy;
    private LineDialog? sasl;
    private int logins;

    /// <summary>One question, put a second time, after a second, over a new connection.</summary>
    /// <returns>The action, or what Postfix says when it has none.</returns>
    public async Task<string> AskAsync(Func<PolicySession, Task<string>> question)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                policy ??= await PolicySession.OpenAsync(new UnixDomainSocketEndPoint(policySocket));
                return await question(policy);
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                policy?.Dispose();
                policy = null;
                if (tries == 2) return $"451 4.3.5 {exception.Message}";
            }

            await Task.Delay(RetryDelay);
        }
    }

    /// <summary>Another connection only when the question cannot be written. What was asked and is not answered is a temporary failure.</summary>
    /// <returns>What Postfix tells its client.</returns>
    public async Task<string> LogInAsync(string login, string password)
    {
        string response = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{login}\0{password}"));
        for (int tries = 1; ; tries++)
        {
            if (sasl is null && await ConnectAsync() is { } failure) return $"454 4.7.0 {failure}";
            try
            {
                await sasl!.SendRawAsync($"AUTH\t{++logins}\tPLAIN\tservice=smtp\tnologin\tlip=127.0.0.1\trip=192.0.2.7\tresp={response}\n");
                break;
            }
            catch (IOException) when (tries == 1)
            {
                await CloseAsync();
            }
            catch (IOException exception)
            {
                return $"454 4.7.0 not asked: {exception.Message}";
            }
        }

        string? answer = await ReadAsync();
        if (answer is null) await CloseAsync();
        return answer is null ? "454 4.7.0 not answered" : answer.StartsWith($"OK\t{logins}\t", StringComparison.Ordinal) ? "235" : $"535 {answer}";
    }

    public void Dispose()
    {
        policy?.Dispose();
        _ = CloseAsync();
    }

    /// <returns>Null when it is done.</returns>
    private async Task<string?> ConnectAsync()
    {
        try
        {
            sasl = await LineDialog.OpenAsync(new UnixDomainSocketEndPoint(saslSocket));
            if (await sasl.ReadUntilAsync("DONE") == "DONE")
            {
                await sasl.SendRawAsync($"VERSION\t1\t0\nCPID\t{Environment.ProcessId}\n");
                return null;
            }

            await CloseAsync();
            return "closed in the handshake";
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            await CloseAsync();
            return $"no handshake: {exception.Message}";
        }
    }

    private async Task<string?> ReadAsync()
    {
        try
        {
            return await sasl!.ReadLineAsync();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task CloseAsync()
    {
        if (sasl is not null) await sasl.DisposeAsync();
        sasl = null;
    }
}
