using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.IntegrationTests.Support.Kills;

/// <summary>Carries out a plan while mail is delivered, and starts again what it has killed.</summary>
internal sealed class Killer(KilledMailSystem mail, int seed, int interval)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly Random random = new(seed);
    private readonly List<DoneKill> done = [];
    private long read;
    private long deliveries;

    public IReadOnlyList<DoneKill> Done => done;

    /// <param name="sending">All messages are with Postfix when it ends.</param>
    public async Task RunAsync(Task sending, CancellationToken cancellationToken)
    {
        foreach (Kill kill in Kill.Plan(seed, interval))
        {
            long due = deliveries + kill.Deliveries;
            while (CountDeliveries() < due)
            {
                if (sending.IsCompleted && mail.IsQueueEmpty()) return;
                await Task.Delay(Step, cancellationToken);
            }

            await Task.Delay(kill.Delay, cancellationToken);
            await CarryOutAsync(kill.Target);
        }
    }

    private async Task CarryOutAsync(KillTarget target)
    {
        DateTimeOffset from = DateTimeOffset.UtcNow;
        await StopAsync(target);
        done.Add(new(target, from, DateTimeOffset.UtcNow));
        await StartAsync(target);
    }

    private Task StopAsync(KillTarget target)
    {
        switch (target)
        {
            case KillTarget.Daemon:
                return mail.Daemon.KillAsync();
            case KillTarget.DovecotProcess:
                mail.Dovecot.KillOne("lmtp", random);
                return Task.CompletedTask;
            case KillTarget.Dovecot:
                return mail.Dovecot.KillAsync();
            case KillTarget.Both:
                return Task.WhenAll(mail.Daemon.KillAsync(), mail.Dovecot.KillAsync());
            case KillTarget.FrontLink:
                return mail.Front.CutAsync();
            default:
                return mail.Back.CutAsync();
        }
    }

    private async Task StartAsync(KillTarget target)
    {
        switch (target)
        {
            case KillTarget.Daemon:
                await mail.Daemon.StartAsync();
                break;
            case KillTarget.Dovecot:
                mail.RemoveLocks();
                await mail.Dovecot.StartAsync();
                break;
            case KillTarget.Both:
                mail.RemoveLocks();
                await mail.Dovecot.StartAsync();
                await mail.Daemon.StartAsync();
                break;
            case KillTarget.FrontLink:
                await mail.Front.HealAsync();
                break;
            case KillTarget.BackLink:
                await mail.Back.HealAsync();
                break;
        }
    }

    /// <summary>As Postfix's log has them until now.</summary>
    private long CountDeliveries()
    {
        LogFile log = mail.Postfix.Log;
        if (log.Length == read) return deliveries;
        string more = log.ReadFrom(read);
        more = more[..(more.LastIndexOf('\n') + 1)];
        read += more.Length;
        return deliveries += more.Split(" status=sent ").Length - 1;
    }
}
