using System.Diagnostics.Metrics;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Telemetry;

public sealed class DeliveryLogTests
{
    private static readonly Delivery Stored = new()
    {
        Outcome = DeliveryOutcome.Stored,
        Stage = SmtpStage.EndOfMessage,
        QueueId = "4X1",
        Sender = "",
        Recipient = "bob@truenorth.local",
        Size = 2431,
        Backend = "unix:/run/dovecot/lmtp",
        Reply = "250 2.0.0 Saved",
        Elapsed = TimeSpan.FromMilliseconds(3.125),
    };

    [Fact]
    public async Task Delivery_is_one_information_line_with_the_fields_in_order() => Assert.EndsWith(
        " information delivery outcome=stored stage=END-OF-MESSAGE elapsed_ms=3.12 queue_id=4X1 size=2431 backend=unix:/run/dovecot/lmtp sender=\"\"" +
        " recipient=bob@truenorth.local reply=\"250 2.0.0 Saved\"",
        Assert.Single(await WriteAsync(Stored)),
        StringComparison.Ordinal);

    [Fact]
    public async Task Unknown_outcome_is_a_warning_and_text_of_a_peer_stays_in_its_line()
    {
        var line = Assert.Single(await WriteAsync(Stored with { Outcome = DeliveryOutcome.Unknown, Reply = "250 x\r\ndelivery outcome=stored" }));
        Assert.Contains(" warning delivery outcome=unknown ", line, StringComparison.Ordinal);
        Assert.EndsWith(@" reply=""250 x\r\ndelivery outcome=stored""", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Backend_that_goes_and_comes_is_a_line_each()
    {
        using LogLines lines = new();
        using DaemonMetrics metrics = new();
        DeliveryLog log = new(lines.Log, metrics);
        log.BackendChanged("unix:/run/dovecot/lmtp", "Connection refused");
        log.BackendChanged("unix:/run/dovecot/lmtp", null);
        Assert.Equal(
            [" error backend_unavailable backend=unix:/run/dovecot/lmtp cause=\"Connection refused\"", " information backend_available backend=unix:/run/dovecot/lmtp"],
            lines.Written.Select(line => line[line.IndexOf(' ', StringComparison.Ordinal)..]));
    }

    [Fact]
    public void Answers_are_counted_and_those_to_a_message_are_timed()
    {
        List<string> measured = [];
        using Meter meter = new("test of DeliveryMetrics");
        DeliveryMetrics metrics = new(meter);
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (ReferenceEquals(instrument.Meter, meter)) listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, labels, _) => measured.Add($"{value} {string.Join(' ', labels.ToArray().Select(label => $"{label.Key}={label.Value}"))}"));
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => measured.Add(instrument.Name));
        listener.Start();

        metrics.Count(Stored);
        metrics.Count(Stored with { Outcome = DeliveryOutcome.Refused, Stage = SmtpStage.Rcpt });
        Assert.Equal(["1 outcome=stored stage=END-OF-MESSAGE", "policydaemon.delivery.duration", "1 outcome=refused stage=RCPT"], measured);
    }

    private static async Task<IReadOnlyList<string>> WriteAsync(Delivery delivery)
    {
        using LogLines lines = new();
        using DaemonMetrics metrics = new();
        await new DeliveryLog(lines.Log, metrics).OnDeliveriesAsync([delivery]);
        return lines.Written;
    }
}
