using System.Globalization;
using Serilog.Events;

namespace PolicyDaemon.Telemetry;

/// <summary>What both forms of the log show of an event.</summary>
internal static class LogFields
{
    /// <summary>The last field of a line that tells of a fault: what was thrown, with its stack.</summary>
    public const string Exception = "exception";

    /// <summary>Set by the libraries underneath on their own lines.</summary>
    private const string SourceContext = "SourceContext";

    public static string EventName(LogEvent logEvent) => IsLibrary(logEvent) ? LogEvents.Library : logEvent.MessageTemplate.Text;

    /// <summary>The fields in the order given; a library's line is reduced to who said what.</summary>
    public static IEnumerable<(string Key, object? Value)> Of(LogEvent logEvent)
    {
        if (IsLibrary(logEvent))
        {
            yield return ("source", Value(logEvent.Properties[SourceContext]));
            yield return ("message", logEvent.RenderMessage(CultureInfo.InvariantCulture));
        }
        else
        {
            foreach (var (key, value) in logEvent.Properties) yield return (key, Value(value));
        }

        if (logEvent.Exception is { } exception) yield return (Exception, exception.ToString());
    }

    public static string Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => "fatal",
        LogEventLevel.Error => "error",
        LogEventLevel.Warning => "warning",
        LogEventLevel.Information => "information",
        _ => "debug",
    };

    public static string Text(object? value) => value switch
    {
        string text => text,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "",
    };

    private static bool IsLibrary(LogEvent logEvent) => logEvent.Properties.ContainsKey(SourceContext);

    private static object? Value(LogEventPropertyValue value) => value is ScalarValue scalar ? scalar.Value : value.ToString();
}
