using System.Globalization;
using System.Text;
using Serilog.Events;
using Serilog.Formatting;

namespace PolicyDaemon.Telemetry;

/// <summary>One log event as one line: time, level, event, then <c>key=value</c> in the order given.</summary>
/// <param name="forJournal">
/// Under systemd the journal keeps time and level itself: the line begins with the priority <c>&lt;6&gt;</c> instead
/// (sd-daemon(3)).
/// </param>
internal sealed class KeyValueFormatter(bool forJournal) : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var line = new StringBuilder(256);
        if (forJournal)
        {
            line.Append('<').Append(Priority(logEvent.Level)).Append('>');
        }
        else
        {
            line.Append(logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            line.Append(' ').Append(LogFields.Level(logEvent.Level)).Append(' ');
        }

        line.Append(LogFields.EventName(logEvent));
        foreach (var (key, value) in LogFields.Of(logEvent)) LogText.Append(line, key, LogFields.Text(value));
        output.WriteLine(line);
    }

    private static char Priority(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => '2',
        LogEventLevel.Error => '3',
        LogEventLevel.Warning => '4',
        LogEventLevel.Information => '6',
        _ => '7',
    };
}
