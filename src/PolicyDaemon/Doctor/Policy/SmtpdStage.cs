namespace PolicyDaemon.Doctor.Policy;

/// <summary>A point of the SMTP dialog at which smtpd evaluates lists.</summary>
/// <param name="Lists">In the order of evaluation.</param>
/// <param name="MissedMail">What passes unasked when nobody asks here.</param>
internal sealed record SmtpdStage(string Name, IReadOnlyList<string> Lists, string MissedMail)
{
    internal const string RecipientRestrictions = "smtpd_recipient_restrictions";

    private static readonly string[] EarlyLists = ["smtpd_client_restrictions", "smtpd_helo_restrictions", "smtpd_sender_restrictions"];

    private static readonly string[] RecipientLists = ["smtpd_relay_restrictions", RecipientRestrictions];

    private static readonly SmtpdStage Data = new(
        "DATA", ["smtpd_data_restrictions"], "\"RCPT TO:<postmaster>\" skips all lists before DATA, and a block set after RCPT is not seen");

    private static readonly SmtpdStage EndOfMessage = new(
        "END-OF-MESSAGE", ["smtpd_end_of_data_restrictions"], "limits are charged here, and a block set while the message arrives is not seen");

    private const string RecipientsMissed = "recipients are accepted one by one, and unknown or forbidden ones can be refused only here";

    /// <summary>RCPT, DATA and END-OF-MESSAGE.</summary>
    /// <param name="isDelayed">smtpd_delay_reject: the early lists wait for RCPT. Without it they are over before there is a recipient.</param>
    internal static IReadOnlyList<SmtpdStage> All(bool isDelayed) =>
        [new("RCPT", isDelayed ? [.. EarlyLists, .. RecipientLists] : RecipientLists, RecipientsMissed), Data, EndOfMessage];
}
