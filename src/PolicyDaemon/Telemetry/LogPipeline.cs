using PolicyDaemon.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace PolicyDaemon.Telemetry;

/// <summary>Where log events go: standard error, as text or JSON, written by a thread of its own.</summary>
internal static class LogPipeline
{
    /// <summary>
    /// Lines that may wait for a slow reader of our standard error. Beyond it lines are dropped: a log that blocks would stop mail.
    /// </summary>
    public const int MaxWaitingLines = 100_000;

    public static Logger Create(LogOptions options)
    {
        var journal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 };
        ITextFormatter formatter = options.Format == LogFormat.Json ? new JsonLineFormatter() : new KeyValueFormatter(journal);
        return new LoggerConfiguration()
            .MinimumLevel.Is(LevelOf(options.Level))
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System", LogEventLevel.Warning)

            // A host that does not start throws, too: the command line says why in one sentence.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
            .WriteTo.Sink(new BackgroundLines(formatter, new StreamWriter(Console.OpenStandardError(), bufferSize: 4096), MaxWaitingLines))
            .CreateLogger();
    }

    private static LogEventLevel LevelOf(LogThreshold threshold) => threshold switch
    {
        LogThreshold.Debug => LogEventLevel.Debug,
        LogThreshold.Warning => LogEventLevel.Warning,
        LogThreshold.Error => LogEventLevel.Error,
        _ => LogEventLevel.Information,
    };
}
