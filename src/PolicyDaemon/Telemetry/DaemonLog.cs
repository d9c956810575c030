using PolicyDaemon.Wire;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace PolicyDaemon.Telemetry;

/// <summary>
/// Every log line of the daemon's life but decisions, one method each: the log is a designed surface, and no other file forms a line.
/// </summary>
/// <remarks>Never given a secret: no password, token or SASL payload is a parameter of any method here.</remarks>
internal sealed class DaemonLog(Serilog.ILogger logger, TimeProvider time) : ISessionLog
{
    public void DaemonStarted(string version, string node, string configuration) =>
        Write(LogEventLevel.Information, LogEvents.DaemonStarted, null, ("version", version), ("node", node), ("configuration", configuration));

    public void DaemonStopped() => Write(LogEventLevel.Information, LogEvents.DaemonStopped);

    /// <param name="isHandedOver">The service manager opened and holds the socket.</param>
    public void Listening(string protocol, string endpoint, bool isHandedOver) => Write(
        LogEventLevel.Information,
        LogEvents.Listening,
        null,
        ("protocol", protocol),
        ("endpoint", endpoint),
        ("opened_by", isHandedOver ? "service manager" : "daemon"));

    public void ConfigurationReloaded(string configuration) =>
        Write(LogEventLevel.Information, LogEvents.ConfigurationReloaded, null, ("configuration", configuration));

    /// <summary>A reload found errors: the old rules stay. Called once for each error.</summary>
    public void ConfigurationRejected(string error) => Write(LogEventLevel.Error, LogEvents.ConfigurationRejected, null, ("error", error));

    public void ConfigurationWarning(string warning) =>
        Write(LogEventLevel.Warning, LogEvents.ConfigurationWarning, null, ("warning", warning));

    /// <summary>A peer sent what is no request: it gets no answer and its connection ends. Once per connection.</summary>
    public void PeerMalformed(string protocol, string peer, string error) =>
        Write(LogEventLevel.Warning, LogEvents.PeerMalformed, null, ("protocol", protocol), ("peer", peer), ("error", error));

    /// <summary>A connection was closed unread: not an allowed network, or too many at once.</summary>
    public void PeerRefused(string protocol, string peer, string error) =>
        Write(LogEventLevel.Warning, LogEvents.PeerRefused, null, ("protocol", protocol), ("peer", peer), ("error", error));

    /// <summary>Our own mistake ended a connection; the daemon goes on.</summary>
    public void SessionFault(string protocol, string peer, Exception exception) =>
        Write(LogEventLevel.Error, LogEvents.SessionFault, exception, ("protocol", protocol), ("peer", peer));

    public void SourceUnavailable(string source, string cause) =>
        Write(LogEventLevel.Error, LogEvents.SourceUnavailable, null, ("source", source), ("cause", cause));

    public void SourceAvailable(string source) => Write(LogEventLevel.Information, LogEvents.SourceAvailable, null, ("source", source));

    /// <summary>One of several servers of a source failed and is left alone for a while.</summary>
    public void ServerPassedOver(string source, string server, string cause) =>
        Write(LogEventLevel.Warning, LogEvents.ServerPassedOver, null, ("source", source), ("server", server), ("cause", cause));

    public void ServerUsed(string source, string server) =>
        Write(LogEventLevel.Information, LogEvents.ServerUsed, null, ("source", source), ("server", server));

    /// <summary>What a file of a directory says is in force.</summary>
    public void FileRead(string source, string path) => Write(LogEventLevel.Information, LogEvents.FileRead, null, ("source", source), ("path", path));

    /// <summary>What a file of a directory says now is not in force; what it said before is, while it may be.</summary>
    public void FileFaulty(string source, string path, string error) =>
        Write(LogEventLevel.Warning, LogEvents.FileFaulty, null, ("source", source), ("path", path), ("error", error));

    /// <summary>A source's changes are heard of: what it answered counts until one says otherwise.</summary>
    public void AnswersKept(string source) => Write(LogEventLevel.Information, LogEvents.AnswersKept, null, ("source", source));

    /// <param name="areSomeKept">Those of other questions are.</param>
    public void AnswersNotKept(string source, bool areSomeKept, string cause) =>
        Write(LogEventLevel.Warning, LogEvents.AnswersNotKept, null, ("source", source), ("kept", areSomeKept ? "some" : "none"), ("cause", cause));

    public void BlockGiven(string subject, string action, string author, string reason, string expires) =>
        Write(
            LogEventLevel.Warning,
            LogEvents.BlockGiven,
            null,
            ("subject", subject),
            ("action", action),
            ("author", author),
            ("expires", expires),
            ("reason", reason));

    public void BlockTaken(string subject, string author) =>
        Write(LogEventLevel.Warning, LogEvents.BlockTaken, null, ("subject", subject), ("author", author));

    /// <summary>An administrator emptied counters of limits.</summary>
    public void LimitReset(string keys, string author) =>
        Write(LogEventLevel.Warning, LogEvents.LimitReset, null, ("keys", keys), ("author", author));

    /// <summary>An administrator confirmed what the LDAP provider has.</summary>
    public void LdapAccepted(string source, string author) =>
        Write(LogEventLevel.Warning, LogEvents.LdapAccepted, null, ("source", source), ("author", author));

    internal bool IsEnabled(LogEventLevel level) => logger.IsEnabled(level);

    /// <summary>Writes an event with its fields in this order.</summary>
    internal void Write(LogEventLevel level, string name, Exception? exception = null, params ReadOnlySpan<(string Key, object? Value)> fields)
    {
        if (!logger.IsEnabled(level)) return;
        var properties = new LogEventProperty[fields.Length];
        for (var i = 0; i < fields.Length; i++) properties[i] = new LogEventProperty(fields[i].Key, new ScalarValue(fields[i].Value));
        var template = new MessageTemplate(name, [new TextToken(name)]);
        logger.Write(new LogEvent(time.GetUtcNow(), level, exception, template, properties));
    }

    /// <summary>A log that writes nothing, for commands.</summary>
    public static readonly DaemonLog Silent = new(Logger.None, TimeProvider.System);
}
