using PolicyDaemon.MailStack.Smtp;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Support.Kills;

/// <summary>Gives messages to Postfix over a few sessions at once. Postfix is not killed: it takes each of them.</summary>
internal sealed class MailSource(KilledMailSystem mail, IReadOnlyList<SentMessage> messages)
{
    private const int Sessions = 4;

    /// <summary>Then a new one, since a dialog remembers all that was said.</summary>
    private const int MostInSession = 25;

    /// <summary>More wait for their delivery: then none are given. After each kill Postfix defers all that it has: a long queue would cost much more than its deliveries.</summary>
    private const int MostQueued = 60;

    private int taken;

    public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, Sessions).Select(_ => Task.Run(SendAsync)));

    private async Task SendAsync()
    {
        while (Volatile.Read(ref taken) < messages.Count)
        {
            while (mail.IsQueueLonger(MostQueued)) await Task.Delay(TimeSpan.FromMilliseconds(50));
            await using SmtpDialog session = await SmtpDialog.OpenAsync(mail.Postfix.EndpointOf("smtp"));
            for (int i = 0; i < MostInSession && Interlocked.Increment(ref taken) is var number && number <= messages.Count; i++) await SendAsync(session, messages[number - 1]);
        }
    }

    private static async Task SendAsync(SmtpDialog session, SentMessage message)
    {
        (await session.MailAsync("someone@elsewhere.example")).EnsureSuccess();
        foreach (string recipient in message.Recipients) (await session.RcptAsync(AddressOf(recipient))).EnsureSuccess();
        await session.DataAsync();
        string reply = (await session.SendMessageAsync(message.ToText())).EnsureSuccess().Text;
        message.QueueId = reply[(reply.LastIndexOf(' ') + 1)..];
    }
}
