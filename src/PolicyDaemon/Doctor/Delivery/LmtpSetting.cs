namespace PolicyDaemon.Doctor.Delivery;

/// <summary>A parameter of the lmtp(8) that hands mail to the daemon has another value than the way through it needs.</summary>
internal sealed class LmtpSetting : IDiagnosis
{
    private readonly string parameter;
    private readonly string wanted;
    private readonly string what;
    private readonly string why;

    private LmtpSetting(string id, string parameter, string wanted, string what, string why)
    {
        Id = id;
        this.parameter = parameter;
        this.wanted = wanted;
        this.what = what;
        this.why = why;
    }

    internal static LmtpSetting LineLength { get; } = new(
        "lmtp-line-length", "lmtp_line_length_limit", "0", "Postfix breaks long lines on the way to the daemon",
        "a broken line makes signatures (DKIM) invalid and spoils what is not text");

    internal static LmtpSetting Xforward { get; } = new(
        "lmtp-xforward", "lmtp_send_xforward_command", "yes", "Postfix does not tell the daemon the queue id and the client of a delivery",
        "a message that comes again is not known again and is delivered twice; the log cannot say which message it was");

    internal static LmtpSetting QueueIds { get; } = new(
        "lmtp-queue-ids", "enable_long_queue_ids", "yes", "mail is delivered through the daemon, and its queue ids are short",
        "short ids recur: a new message that has the id of an old one waits for a second try, and deliveries cannot be told apart");

    public string Id { get; }

    public IEnumerable<Finding> Examine(Installation installation) =>
        from client in LmtpClient.ThatAskUs(installation)
        where !client.Get(parameter).Equals(wanted, StringComparison.OrdinalIgnoreCase)
        select new Finding(Id, Severity.Warning, client.Service.Label, client.Quote(parameter), what, why, LmtpClient.Set(client, parameter, wanted));
}
