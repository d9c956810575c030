using System.Diagnostics;
using System.Net;
using PolicyDaemon.MailStack.Smtp;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>Somebody who has the password of a login, and sends as much as he can: several sessions on each server, the next message when the last one is answered.</summary>
/// <param name="messages">That he tries, on all servers together; each has one recipient, and each another.</param>
internal sealed class StolenCredential(IReadOnlyList<IPEndPoint> servers, string login, string password, int messages)
{
    private const int SessionsOnEach = 8;

    /// <summary>Fewer than half of <c>smtpd_hard_error_limit</c>: a refusal counts more than once.</summary>
    private const int MostInSession = 400;

    private readonly Lock gate = new();
    private readonly Dictionary<int, int> replies = [];
    private readonly Dictionary<int, TimeSpan> first = [];
    private readonly Dictionary<int, TimeSpan> last = [];
    private long begun;
    private int tried;

    public int Tried => replies.Values.Sum();

    public TimeSpan Elapsed { get; private set; }

    /// <summary>How many messages ended with this code; 250: they left.</summary>
    public int CountOf(int code) => replies.GetValueOrDefault(code);

    public TimeSpan? FirstOf(int code) => first.TryGetValue(code, out TimeSpan at) ? at : null;

    public TimeSpan? LastOf(int code) => last.TryGetValue(code, out TimeSpan at) ? at : null;

    /// <summary>Since he began.</summary>
    public TimeSpan Now => Stopwatch.GetElapsedTime(begun);

    public async Task RunAsync()
    {
        begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(servers.SelectMany(server => Enumerable.Range(0, SessionsOnEach).Select(_ => Task.Run(() => SendAsync(server)))));
        Elapsed = Now;
    }

    /// <summary>A new session before the server closes one for its many refusals.</summary>
    private async Task SendAsync(IPEndPoint server)
    {
        while (Volatile.Read(ref tried) < messages)
        {
            await using SmtpDialog session = await SmtpDialog.OpenAsync(server);
            (await session.AuthenticateAsync(login, password)).EnsureSuccess();
            for (int i = 0; i < MostInSession && Interlocked.Increment(ref tried) is var number && number <= messages; i++)
            {
                SmtpServerReply reply = await session.SubmitAsync(login, $"victim{number}@elsewhere.example");
                Take(reply.Code);
                if (!reply.IsSuccess) (await session.SendAsync("RSET")).EnsureSuccess();
            }
        }
    }

    private void Take(int code)
    {
        lock (gate)
        {
            replies[code] = replies.GetValueOrDefault(code) + 1;
            first.TryAdd(code, Now);
            last[code] = Now;
        }
    }
}
