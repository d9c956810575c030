using System.Diagnostics;
using System.Globalization;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.IntegrationTests.Support.Kills;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>
/// The daemon, Dovecot and the connections between them are killed at random moments while Postfix delivers: nothing is lost, nothing bounces without cause, and what is
/// there twice is so because the ledger cannot know of it.
/// </summary>
/// <remarks>A thousand messages with each Debian; with POLICYDAEMON_SOAK_MESSAGES as many as that says.</remarks>
public abstract class KilledDeliveryTests(int debian) : StackTests
{
    /// <summary>Of the messages and of the kills.</summary>
    private const int Seed = 7;

    private static readonly int Messages =
        int.TryParse(Environment.GetEnvironmentVariable("POLICYDAEMON_SOAK_MESSAGES"), NumberStyles.None, CultureInfo.InvariantCulture, out int messages) ? messages : 1000;

    /// <summary>Deliveries between two kills, on average. Each takes a second or two to recover from, which is most of the time of a short run.</summary>
    private static readonly int Interval = Messages > 1000 ? 400 : 100;

    /// <summary>Something hangs: ten times what a machine takes that has much other work.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5) + TimeSpan.FromMilliseconds(500) * Messages;

    private KilledMailSystem mail = null!;

    protected override async ValueTask PrepareAsync() => mail = await KilledMailSystem.StartAsync(Root, debian);

    protected override async ValueTask ReleaseAsync()
    {
        await mail.Front.DisposeAsync();
        await mail.Back.DisposeAsync();
    }

    [Fact]
    public async Task Every_message_is_there_for_every_recipient_once_or_the_ledger_could_not_know_and_none_is_lost()
    {
        long began = Stopwatch.GetTimestamp();
        IReadOnlyList<SentMessage> messages = SentMessage.Make(Messages, Seed);
        Killer killer = new(mail, Seed, Interval);
        using (CancellationTokenSource limit = new(Limit))
        {
            Task sending = new MailSource(mail, messages).RunAsync();
            await killer.RunAsync(sending, limit.Token);
            await sending;
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
        await mail.Daemon.StopAsync();
        LedgerContent ledger = await LedgerContent.ReadAsync(mail);
        Reckoning reckoning = new(killer.Done, DeliveryAttempts.Read(mail.Postfix.Log), StoredCopies.Read(mail, messages), ledger);
        foreach (SentMessage message in messages) reckoning.Judge(message);

        string kills = string.Join(", ", killer.Done.CountBy(kill => kill.Target).OrderBy(count => count.Key).Select(count => $"{count.Key} {count.Value}"));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {messages.Count} messages in {elapsed.TotalSeconds:F0} s: {reckoning.Delivered} deliveries, {reckoning.Refused} recipients refused
            {killer.Done.Count} kills: {kills}
            {ledger.RepeatedCount} came again and were known; there twice: {reckoning.Unanswered} because Dovecot did not answer, {reckoning.Unrecorded} because the daemon was gone before its answer was on record
            """));
        Assert.Equal([], reckoning.Faults.Take(20));
        Assert.True(reckoning.Refused > 0, "no recipient was refused");
        Assert.True(ledger.RepeatedCount > 0, "no message came again that was there");
        Assert.Equal(Enum.GetValues<KillTarget>(), killer.Done.Select(kill => kill.Target).Distinct().Order());
    }
}

public sealed class Debian12KilledDeliveryTests() : KilledDeliveryTests(12);

public sealed class Debian13KilledDeliveryTests() : KilledDeliveryTests(13);
