using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Backends.Deliveries;

/// <summary>How journal and tables write outcomes and stages. A word, once written, keeps its meaning.</summary>
internal static class DeliveryWords
{
    public static string Of(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Stored => "stored",
        DeliveryOutcome.Refused => "refused",
        DeliveryOutcome.Deferred => "deferred",
        _ => "unknown",
    };

    public static DeliveryOutcome Outcome(string word) => word switch
    {
        "stored" => DeliveryOutcome.Stored,
        "refused" => DeliveryOutcome.Refused,
        "deferred" => DeliveryOutcome.Deferred,
        _ => DeliveryOutcome.Unknown,
    };

    public static string Of(SmtpStage stage) => stage switch
    {
        SmtpStage.Mail => "mail",
        SmtpStage.Rcpt => "rcpt",
        SmtpStage.Data => "data",
        _ => "end",
    };

    public static SmtpStage Stage(string word) => word switch
    {
        "mail" => SmtpStage.Mail,
        "rcpt" => SmtpStage.Rcpt,
        "data" => SmtpStage.Data,
        _ => SmtpStage.EndOfMessage,
    };
}
