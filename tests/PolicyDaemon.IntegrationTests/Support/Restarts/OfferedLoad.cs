using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using PolicyDaemon.Bench.Milter;

namespace PolicyDaemon.IntegrationTests.Support.Restarts;

/// <summary>
/// So many SMTP transactions a second, whether or not those before are through: of each all that Postfix asks the daemon, by the protocols, from the login to the delivery.
/// </summary>
/// <remarks>Postfix itself makes no such rate beside its servers on a small machine.</remarks>
internal sealed class OfferedLoad(RestartedMailSystem mail, int perSecond)
{
    /// <summary>Processes that take mail; who comes beyond waits for one, as with Postfix's <c>default_process_limit</c>.</summary>
    private const int Takers = 500;

    /// <summary>Processes that deliver; fewer than the daemon takes connections for.</summary>
    private const int Deliverers = 100;

    private const int MostTries = 20;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan DeferredFor = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentBag<SmtpdPeer> smtpds = [];
    private readonly ConcurrentBag<LmtpProcess> deliverers = [];
    private readonly SemaphoreSlim taking = new(Takers);
    private readonly SemaphoreSlim delivering = new(Deliverers);
    private readonly ConcurrentBag<Told> told = [];
    private int begun;

    /// <summary>Transactions so far.</summary>
    public int Begun => Volatile.Read(ref begun);

    /// <summary>Transactions a second, from the first to the last.</summary>
    public double Rate { get; private set; }

    /// <summary>All that was said to Postfix.</summary>
    public IReadOnlyCollection<Told> Told => told;

    /// <summary>Subjects of those that the daemon has accepted.</summary>
    public ConcurrentBag<string> Accepted { get; } = [];

    /// <summary>Begins transactions until cancelled, and ends when all are through.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        using LoadThread thread = new();
        await thread.RunAsync(() => OfferAsync(ending));
    }

    private async Task OfferAsync(CancellationToken ending)
    {
        List<Task> transactions = [];
        Stopwatch running = Stopwatch.StartNew();
        while (!ending.IsCancellationRequested)
        {
            for (; begun < running.Elapsed.TotalSeconds * perSecond && !ending.IsCancellationRequested; begun++)
            {
                await taking.WaitAsync(CancellationToken.None);
                transactions.Add(TransactAsync(begun));
            }

            await Task.Delay(Tick, CancellationToken.None);
        }

        Rate = begun / running.Elapsed.TotalSeconds;
        await Task.WhenAll(transactions);
        foreach (SmtpdPeer smtpd in smtpds) smtpd.Dispose();
        foreach (LmtpProcess deliverer in deliverers) await deliverer.DisposeAsync();
        taking.Dispose();
        delivering.Dispose();
    }

    private async Task TransactAsync(int transaction)
    {
        string number = transaction.ToString("D6", CultureInfo.InvariantCulture);
        if (!smtpds.TryTake(out SmtpdPeer? smtpd)) smtpd = new(mail.SocketOf("policy"), mail.SocketOf("sasl"));
        string queueId = $"4jX2H{number}z1k9rS";
        bool isAccepted = await LogInAsync(smtpd) && await AcceptAsync(smtpd, $"load.{number}", queueId);
        smtpds.Add(smtpd);
        taking.Release();
        if (!isAccepted) return;
        Accepted.Add($"offered {number}");
        await DeliverAsync(RestartedMailSystem.MailboxOf(transaction), queueId, $"offered {number}");
    }

    private async Task<bool> LogInAsync(SmtpdPeer smtpd)
    {
        long at = Stopwatch.GetTimestamp();
        return Hear("sasl", at, await smtpd.LogInAsync(RestartedMailSystem.Alice, RestartedMailSystem.Password)) == "235";
    }

    private async Task<bool> AcceptAsync(SmtpdPeer smtpd, string instance, string queueId)
    {
        long opened = Stopwatch.GetTimestamp();
        MilterClient? milter = null;
        try
        {
            milter = await MilterClient.OpenAsync(new UnixDomainSocketEndPoint(mail.SocketOf("milter")), CancellationToken.None);
            if (!await AskAsync(smtpd, session => session.OfferAsync(RestartedMailSystem.Alice, RestartedMailSystem.Bob, instance))) return false;
            if (Hear("milter", opened, $"{await milter.SendAsync(RestartedMailSystem.Bob, queueId)}") != "c") return false;
            return await AskAsync(smtpd, session => session.FinishAsync(RestartedMailSystem.Alice, instance, 1));
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            Hear("milter", opened, "closed");
            return false;
        }
        finally
        {
            milter?.Dispose();
        }
    }

    private async Task<bool> AskAsync(SmtpdPeer smtpd, Func<PolicySession, Task<string>> question)
    {
        long at = Stopwatch.GetTimestamp();
        return Hear("policy", at, await smtpd.AskAsync(question)) == "DUNNO";
    }

    /// <summary>As Postfix's queue does: what is deferred comes again.</summary>
    private async Task DeliverAsync(string mailbox, string queueId, string subject)
    {
        for (int tries = 0; tries < MostTries; tries++)
        {
            await delivering.WaitAsync();
            if (!deliverers.TryTake(out LmtpProcess? deliverer)) deliverer = new(mail.SocketOf("lmtp"));
            string reply = await deliverer.DeliverAsync(RestartedMailSystem.Alice, mailbox, queueId, subject);
            Hear("lmtp", deliverer.Opened, reply);
            deliverers.Add(deliverer);
            delivering.Release();
            if (reply.StartsWith('2') || reply.StartsWith('5')) return;
            await Task.Delay(DeferredFor);
        }
    }

    private string Hear(string protocol, long opened, string answer)
    {
        told.Add(new(protocol, opened, Stopwatch.GetTimestamp(), answer));
        return answer;
    }
}

/// <param name="Opened">When the connection was, for milter and LMTP; when it was asked, for the others. In ticks of <see cref="Stopwatch"/>.</param>
/// <param name="Ended">When the answer was there.</param>
internal sealed record Told(string Protocol, long Opened, long Ended, string Answer);
