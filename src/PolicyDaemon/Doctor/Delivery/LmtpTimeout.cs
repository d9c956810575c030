using System.Globalization;
using PolicyDaemon.Doctor.Policy;

namespace PolicyDaemon.Doctor.Delivery;

/// <summary>Postfix gives up on the daemon before the daemon gives up on the mail store.</summary>
internal sealed class LmtpTimeout : IDiagnosis
{
    private const string Parameter = "lmtp_data_done_timeout";

    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    public string Id => "lmtp-timeout";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from client in LmtpClient.ThatAskUs(installation)
        where installation.Own.Delivery is not null
        let longest = installation.Own.Delivery!.FinalTimeout
        where PostfixTime.Parse(client.Get(Parameter)) <= longest
        select new Finding(
            Id, Severity.Warning, client.Service.Label, client.Quote(Parameter),
            $"Postfix waits {client.Get(Parameter)} for the end of a delivery, the daemon waits {Seconds(longest)} for the mail store",
            "what the mail store takes after Postfix has gone is brought again, and may be there twice",
            LmtpClient.Set(client, Parameter, Seconds(longest + Margin)));

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds)}s");
}
