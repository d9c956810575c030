using System.Text.Json;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Messages;
using Serilog.Events;

namespace PolicyDaemon.Telemetry;

/// <summary>Told once about every decision: writes its log line and counts it.</summary>
/// <remarks>
/// Refusals, deferrals, holds and what an observed check would have done are at information, and so is one line for each message that passes at
/// END-OF-MESSAGE; Dunno before that is at debug.
/// </remarks>
internal sealed class DecisionLog(DaemonLog log, DaemonMetrics metrics) : IDecisionObserver
{
    private static readonly string[] CheckWords = Array.ConvertAll(Enum.GetNames<CheckName>(), JsonNamingPolicy.SnakeCaseLower.ConvertName);

    private static readonly string[] StageWords = Array.ConvertAll(
        Enum.GetValues<SmtpStage>(), stage => stage == SmtpStage.EndOfMessage ? "END-OF-MESSAGE" : stage.ToString().ToUpperInvariant());

    public void OnDecision(MailRequest request, Decision decision, DecisionFacts facts)
    {
        metrics.Count(request, decision, facts.Elapsed);
        foreach (var remark in decision.Remarks) Write(request, remark, facts.Age);

        var level = decision.Verdict != Verdict.Dunno || request.Stage == SmtpStage.EndOfMessage ? LogEventLevel.Information : LogEventLevel.Debug;
        if (!log.IsEnabled(level)) return;
        log.Write(
            level,
            LogEvents.Decision,
            null,
            ("action", Word(decision.Verdict)),
            ("check", Word(decision.Check)),
            ("reason", decision.Reason?.Name ?? ""),
            ("stage", Word(request.Stage)),
            ("code", decision.Reply?.Code.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? ""),
            ("age_ms", (long)facts.Age.TotalMilliseconds),
            ("elapsed_ms", Math.Round(facts.Elapsed.TotalMilliseconds, 2)),
            ("front", Front(request)),
            ("queue_id", request.QueueId),
            ("instance", request.Instance),
            ("policy_context", request.PolicyContext),
            ("client_address", request.ClientAddress?.ToString() ?? ""),
            ("recipient_count", request.RecipientCount),
            ("sasl_username", request.SaslUsername),
            ("sender", request.EnvelopeSender ?? ""),
            ("recipient", request.Recipient),
            ("detail", Detail(decision)));
    }

    public void OnFault(MailRequest request, CheckName check, Exception exception) =>
        log.Write(
            LogEventLevel.Error,
            LogEvents.CheckFault,
            exception,
            ("check", Word(check)),
            ("stage", Word(request.Stage)),
            ("instance", request.Instance),
            ("sasl_username", request.SaslUsername),
            ("sender", request.EnvelopeSender ?? ""),
            ("recipient", request.Recipient));

    private void Write(MailRequest request, Remark remark, TimeSpan age) =>
        log.Write(
            remark.Kind == RemarkKind.Observed ? LogEventLevel.Information : LogEventLevel.Warning,
            remark.Kind == RemarkKind.Observed ? LogEvents.Observed : LogEvents.PermittedUnavailable,
            null,
            ("action", Word(remark.Verdict)),
            ("check", Word(remark.Check)),
            ("reason", remark.Reason.Name),
            ("stage", Word(request.Stage)),
            ("code", remark.Reply?.Code.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? ""),
            ("age_ms", (long)age.TotalMilliseconds),
            ("front", Front(request)),
            ("queue_id", request.QueueId),
            ("instance", request.Instance),
            ("policy_context", request.PolicyContext),
            ("client_address", request.ClientAddress?.ToString() ?? ""),
            ("sasl_username", request.SaslUsername),
            ("sender", request.EnvelopeSender ?? ""),
            ("recipient", request.Recipient),
            ("detail", remark.Detail));

    private static string Detail(Decision decision) =>
        decision.Removals.Count == 0 ? decision.Detail
        : decision.Detail.Length == 0 ? HeaderRemoval.Describe(decision.Removals)
        : $"{decision.Detail}; {HeaderRemoval.Describe(decision.Removals)}";

    internal static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Dunno => "dunno",
        Verdict.Reject => "reject",
        Verdict.Hold => "hold",
        _ => "defer",
    };

    internal static string Word(CheckName? check) => check is null ? "" : CheckWords[(int)check.Value];

    /// <summary>Which protocol asked.</summary>
    internal static string Front(MailRequest request) => request.SeesMessage ? "milter" : request.Stage == SmtpStage.Delivery ? "lmtp" : "policy";

    /// <summary>The stage as Postfix calls it in <c>protocol_state</c>; DELIVERY is RCPT of LMTP.</summary>
    internal static string Word(SmtpStage stage) => StageWords[(int)stage];
}
