using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using PolicyDaemon.MailStack.Smtp;

namespace PolicyDaemon.IntegrationTests.Support.Restarts;

/// <summary>People who submit mail to a real Postfix over short sessions, each as fast as it is taken.</summary>
internal sealed class SubmittedMail(IPEndPoint submission, int people)
{
    private const int MostInSession = 20;

    private readonly ConcurrentBag<Told> told = [];
    private int number;

    /// <summary>What they were told: <c>login</c> at AUTH, <c>smtp</c> at the end of each transaction, with the time when the session was opened.</summary>
    public IReadOnlyCollection<Told> Told => told;

    /// <summary>Subjects of what Postfix has taken.</summary>
    public ConcurrentBag<string> Accepted { get; } = [];

    public Task RunAsync(CancellationToken ending) => Task.WhenAll(Enumerable.Range(0, people).Select(_ => Task.Run(() => SubmitAsync(ending), CancellationToken.None)));

    private async Task SubmitAsync(CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            long opened = Stopwatch.GetTimestamp();
            await using SmtpDialog session = await SmtpDialog.OpenAsync(submission);
            bool goesOn = Hear("login", opened, (await session.AuthenticateAsync(RestartedMailSystem.Alice, RestartedMailSystem.Password)).Text);
            for (int i = 0; goesOn && i < MostInSession && !ending.IsCancellationRequested; i++)
            {
                string subject = string.Create(CultureInfo.InvariantCulture, $"submitted {Interlocked.Increment(ref number)}");
                goesOn = Hear("smtp", opened, (await session.SubmitAsync(RestartedMailSystem.Alice, RestartedMailSystem.Bob, subject)).Text);
                if (goesOn) Accepted.Add(subject);
            }
        }
    }

    private bool Hear(string protocol, long opened, string answer)
    {
        told.Add(new(protocol, opened, Stopwatch.GetTimestamp(), answer));
        return answer.StartsWith('2');
    }
}
