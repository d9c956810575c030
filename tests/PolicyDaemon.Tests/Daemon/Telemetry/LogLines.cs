using PolicyDaemon.Telemetry;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace PolicyDaemon.Tests.Daemon.Telemetry;

/// <summary>A log whose lines stay to be looked at.</summary>
internal sealed class LogLines : IDisposable
{
    private readonly Logger logger;

    public LogLines(LogEventLevel level = LogEventLevel.Information, ITextFormatter? formatter = null)
    {
        Sink sink = new(formatter ?? new KeyValueFormatter(forJournal: false), Written);
        logger = new LoggerConfiguration().MinimumLevel.Is(level).WriteTo.Sink(sink).CreateLogger();
        Log = new DaemonLog(logger, TimeProvider.System);
    }

    public DaemonLog Log { get; }

    public List<string> Written { get; } = [];

    /// <summary>What is written so far, while others go on writing.</summary>
    public IReadOnlyList<string> Snapshot()
    {
        lock (Written) return [.. Written];
    }

    public void Dispose() => logger.Dispose();

    private sealed class Sink(ITextFormatter formatter, List<string> written) : ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
            using StringWriter writer = new() { NewLine = "\n" };
            formatter.Format(logEvent, writer);
            lock (written) written.Add(writer.ToString().TrimEnd('\n'));
        }
    }
}
