using System.CommandLine;
using System.CommandLine.Parsing;
using PolicyDaemon.Admin;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Cli.Commands;

/// <summary>What can be said about an account besides its password.</summary>
internal sealed class AccountOptions
{
    private const long Mebibyte = 1 << 20;

    private readonly Option<long?> quota = CommandOptions.Size(
        "--quota", "Quota in whole mebibytes, such as 500M or 2G; 0: no limit. Default of a new account: 1G.");
    private readonly Option<string?> enabled = DirectoryCommands.Enabled("false: no right at all.");
    private readonly Option<string?> sendAllowed = new("--send-allowed")
    {
        HelpName = "true|false|absent",
        Description = "false takes away sending and nothing else; absent: nothing is said.",
    };

    private readonly Option<string?> status = new("--status")
    {
        HelpName = "WORD",
        Description = "Account status, a word of directory.accountStatuses such as active or disabled; '' takes it away.",
    };

    private readonly MemberOptions sendAs = new("--send-as", "--not-send-as", "What it may send as besides its own address");
    private readonly MemberOptions senders = new("--open-to", "--not-open-to", "Who may write to it; without any, everyone may");
    private readonly AmountOption limits;

    public AccountOptions(CommandEnvironment environment)
    {
        limits = new AmountOption(environment, "Its own amount of a configured limit, such as login-day=500; login-day= takes it away. Repeatable.");
        sendAllowed.TakeOneOf("true", "false", "absent");
        quota.Validators.Add(RequireMebibytes);
    }

    public IEnumerable<Symbol> All =>
        [quota, enabled, sendAllowed, status, sendAs.Added, sendAs.Removed, senders.Added, senders.Removed, limits.Symbol];

    public AccountOrder Read(ParseResult parsed, AccountOrder order) => order with
    {
        QuotaMegabytes = parsed.GetValue(quota) is { } octets ? (int)(octets / Mebibyte) : null,
        IsEnabled = DirectoryCommands.ReadEnabled(parsed, enabled),
        SendAllowed = parsed.GetValue(sendAllowed) is { } word ? Enum.Parse<SendAllowed>(word, ignoreCase: true) : null,
        Status = parsed.GetValue(status),
        SendAs = sendAs.Read(parsed),
        AllowedSenders = senders.Read(parsed),
        Limits = limits.Read(parsed),
    };

    private static void RequireMebibytes(OptionResult result)
    {
        if (result.GetValueOrDefault<long?>() is not { } octets || (octets % Mebibyte == 0 && octets / Mebibyte <= int.MaxValue)) return;
        result.AddError("--quota takes whole mebibytes, such as 500M or 2G");
    }
}
