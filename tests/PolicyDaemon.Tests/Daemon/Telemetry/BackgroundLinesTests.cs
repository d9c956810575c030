using PolicyDaemon.Telemetry;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Telemetry;

public sealed class BackgroundLinesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Lines_are_written_whole_in_their_order_before_it_is_closed()
    {
        using StringWriter output = new();
        using (BackgroundLines lines = new(new TextOnly(), output, maxWaiting: 100_000))
        {
            for (var i = 0; i < 20_000; i++) lines.Emit(Line($"line {i}"));
        }

        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => $"line {i}"), output.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public void Line_does_not_wait_for_the_next()
    {
        using Told output = new();
        using BackgroundLines lines = new(new TextOnly(), output, maxWaiting: 10);
        for (var i = 0; i < 3; i++)
        {
            lines.Emit(Line("one"));
            Assert.True(output.Flushed.Wait(Patience, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void Who_emits_never_waits_for_whoever_reads_and_what_is_too_much_is_dropped()
    {
        using Told output = new() { IsStuck = true };
        BackgroundLines lines = new(new TextOnly(), output, maxWaiting: 10);
        lines.Emit(Line("first"));
        Assert.True(output.Written.Wait(Patience, TestContext.Current.CancellationToken));
        for (var i = 0; i < 1000; i++) lines.Emit(Line("more"));

        output.Release();
        lines.Dispose();
        Assert.Equal(11, output.ToString().TrimEnd().Split('\n').Length);
    }

    [Fact]
    public void Reader_that_went_away_ends_nothing()
    {
        using Told output = new() { IsBroken = true };
        using BackgroundLines lines = new(new TextOnly(), output, maxWaiting: 10);
        lines.Emit(Line("lost"));
        Assert.True(output.Written.Wait(Patience, TestContext.Current.CancellationToken));
        output.IsBroken = false;
        lines.Emit(Line("heard"));
        Assert.True(output.Flushed.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.Equal("heard\n", output.ToString());
    }

    private static LogEvent Line(string text) =>
        new(DateTimeOffset.UnixEpoch, LogEventLevel.Information, null, new MessageTemplate(text, [new TextToken(text)]), []);

    private sealed class TextOnly : ITextFormatter
    {
        public void Format(LogEvent logEvent, TextWriter output) => output.WriteLine(logEvent.MessageTemplate.Text);
    }

    /// <summary>Standard error as a test wants it.</summary>
    private sealed class Told : StringWriter
    {
        private readonly ManualResetEventSlim released = new();

        public SemaphoreSlim Written { get; } = new(0);

        public SemaphoreSlim Flushed { get; } = new(0);

        public bool IsStuck { get; init; }

        public bool IsBroken { get; set; }

        public void Release() => released.Set();

        public override void Write(ReadOnlySpan<char> buffer)
        {
            var isBroken = IsBroken;
            Written.Release();
            if (isBroken) throw new IOException("Broken pipe");
            if (IsStuck) released.Wait();
            base.Write(buffer);
        }

        public override void Flush() => Flushed.Release();

        protected override void Dispose(bool disposing)
        {
            Written.Dispose();
            Flushed.Dispose();
            released.Dispose();
            base.Dispose(disposing);
        }
    }
}
