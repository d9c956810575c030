using System.Diagnostics.Metrics;
using System.Net;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Telemetry;

public sealed class GuardMetricsTests
{
    private static readonly IPAddress Attacker = IPAddress.Parse("198.51.100.66");

    private readonly ManualClock clock = new();
    private readonly List<string> measured = [];

    [Fact]
    public async Task Locks_delays_and_what_is_remembered_are_measured()
    {
        using Meter meter = new("test of GuardMetrics");
        GuardMetrics metrics = new(meter);
        using MeterListener listener = Listen(meter);
        listener.RecordObservableInstruments();
        Assert.Empty(measured);

        GuardRules rules = new() { DistinctPasswords = 3 };
        GuessingGuard guard = new(() => rules, clock, metrics.CountLock);
        await using GuardSharing sharing = new(new AbsentStore(), guard, () => rules, clock, _ => { });
        metrics.Observe(guard, sharing);
        guard.Right("bob", IPAddress.Parse("192.0.2.7"));
        Guess(guard, "alice", "1", "2", "3");
        Guess(guard, "carol", "1");
        Assert.Equal(["policydaemon.guard.locks 1 kind=network", "policydaemon.guard.locks 1 kind=login"], measured);

        measured.Clear();
        metrics.CountDelay(TimeSpan.Zero);
        metrics.CountDelay(TimeSpan.FromSeconds(2));
        listener.RecordObservableInstruments();
        Assert.Equal(
            [
                "policydaemon.guard.delay 2", "policydaemon.guard.locked 2", "policydaemon.guard.guesses 0", "policydaemon.guard.networks 1",
                "policydaemon.guard.waiting 7",
            ],
            measured);

        measured.Clear();
        clock.Advance(rules.Lockout);
        Guess(guard, "carol", "1");
        listener.RecordObservableInstruments();
        Assert.Contains("policydaemon.guard.locked 0", measured);
        Assert.Contains("policydaemon.guard.guesses 2", measured);
    }

    private static void Guess(GuessingGuard guard, string name, params string[] guesses)
    {
        foreach (string guess in guesses)
        {
            using Password password = new(System.Text.Encoding.UTF8.GetBytes(guess));
            guard.Wrong(name, Attacker, password, out _);
        }
    }

    private MeterListener Listen(Meter meter)
    {
        MeterListener listener = new();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter == meter) own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Note(instrument, value, labels));
        listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Note(instrument, value, labels));
        listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Note(instrument, value, labels));
        listener.Start();
        return listener;
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels) =>
        measured.Add(FormattableString.Invariant($"{instrument.Name} {value} {string.Join(' ', labels.ToArray().Select(pair => $"{pair.Key}={pair.Value}"))}").TrimEnd());

    private sealed class AbsentStore : IGuardStore
    {
        public Task<byte[]> ReadSecretAsync(CancellationToken cancellationToken) => throw new StoreUnavailableException("away");

        public Task WriteAsync(IReadOnlyList<GuardEvent> events, CancellationToken cancellationToken) => throw new StoreUnavailableException("away");

        public Task<IReadOnlyList<StoredGuardEvent>> ReadAsync(long after, int most, CancellationToken cancellationToken) => throw new StoreUnavailableException("away");

        public Task ForgetAsync(DateTimeOffset guessesBefore, DateTimeOffset networksBefore, CancellationToken cancellationToken) => throw new StoreUnavailableException("away");
    }
}
