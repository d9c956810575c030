using System.Net;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Checks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Tests;

/// <summary>Short ways to write addresses, accounts, rules and requests of <c>truenorth.local</c>.</summary>
internal static class Mail
{
    public const string Domain = "truenorth.local";

    public static readonly AddressNormalizer Normalizer = new("+", Domain);

    /// <summary>A client outside every trusted network.</summary>
    public static readonly IPAddress Outside = IPAddress.Parse("198.51.100.7");

    /// <summary>Every check enforced, the status table of the defaults, loopback trusted.</summary>
    public static readonly PolicySnapshot Policy = new()
    {
        Normalizer = Normalizer,
        Domains = new HashSet<string>([Domain]),
        Accounts = new AccountRules { Statuses = Statuses },
        Checks = Enum.GetValues<CheckName>().ToDictionary(name => name, _ => new CheckSettings(CheckMode.Enforce)),
        TrustedNetworks = [IPNetwork.Parse("127.0.0.0/8")],
    };

    public static Dictionary<string, Rights> Statuses => new(StringComparer.OrdinalIgnoreCase)
    {
        ["active"] = Rights.All,
        ["disabled"] = Rights.Login | Rights.Receive,
        ["offboarded"] = Rights.Receive,
    };

    /// <summary>An address or <c>@domain</c>.</summary>
    public static EmailAddress Address(string text) =>
        Normalizer.TryParsePattern(text, out var address) ? address : throw new ArgumentException("no address", nameof(text));

    /// <summary>An account whose login is its name and whose main address is <c>name@truenorth.local</c>.</summary>
    public static Account Account(
        string name, string source = "ldap", SendAllowed send = SendAllowed.Absent, string? status = null, bool isEnabled = true, params string[] also) => new()
        {
            Name = name,
            Logins = [name],
            Addresses = [Address($"{name}@{Domain}"), .. also.Select(Address)],
            States = [new AccountState(source, $"entry of {name}", send, status, isEnabled)],
        };

    /// <summary>A request of a login, from outside.</summary>
    public static MailRequest FromLogin(string login, string? sender, string recipient = "someone@example.org", SmtpStage stage = SmtpStage.Rcpt) => new()
    {
        Stage = stage,
        SaslUsername = login,
        EnvelopeSender = sender,
        Recipient = recipient,
        ClientAddress = Outside,
        Instance = "1a2b.5f3c.1.0",
    };

    /// <summary>A request without a login, from outside.</summary>
    public static MailRequest FromOutside(string? sender, string recipient = "alice@truenorth.local") => FromLogin("", sender, recipient);

    /// <summary>A request without a login, from loopback.</summary>
    public static MailRequest FromTrusted(string? sender, string recipient = "someone@example.org") =>
        FromLogin("", sender, recipient) with { ClientAddress = IPAddress.Loopback };

    /// <summary>A request of a client as tables write it: a login, <c>trusted</c> for loopback, <c>outside</c> for anywhere else.</summary>
    public static MailRequest From(string client, string? sender, string recipient = "someone@example.org") => client switch
    {
        "outside" => FromOutside(sender, recipient),
        "trusted" => FromTrusted(sender, recipient),
        _ => FromLogin(client, sender, recipient),
    };

    public static PolicySnapshot With(this PolicySnapshot policy, CheckName check, CheckSettings settings) =>
        policy with { Checks = new Dictionary<CheckName, CheckSettings>(policy.Checks) { [check] = settings } };
}
