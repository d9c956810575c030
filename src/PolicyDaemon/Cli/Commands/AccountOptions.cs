using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
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
    private readonly Option<string[]> limits = new("--limit")
    {
        HelpName = "NAME=NUMBER",
        Description = "Its own amount of a configured limit, such as login-day=500; login-day= takes it away. Repeatable.",
        Arity = ArgumentArity.OneOrMore,
    };

    public AccountOptions()
    {
        sendAllowed.TakeOneOf("true", "false", "absent");
        quota.Validators.Add(RequireMebibytes);
        limits.Validators.Add(RequireLimits);
    }

    public IEnumerable<Symbol> All =>
        [quota, enabled, sendAllowed, status, sendAs.Added, sendAs.Removed, senders.Added, senders.Removed, limits];

    public AccountOrder Read(ParseResult parsed, AccountOrder order) => order with
    {
        QuotaMegabytes = parsed.GetValue(quota) is { } octets ? (int)(octets / Mebibyte) : null,
        IsEnabled = DirectoryCommands.ReadEnabled(parsed, enabled),
        SendAllowed = parsed.GetValue(sendAllowed) is { } word ? Enum.Parse<SendAllowed>(word, ignoreCase: true) : null,
        Status = parsed.GetValue(status),
        SendAs = sendAs.Read(parsed),
        AllowedSenders = senders.Read(parsed),
        Limits = parsed.GetValue(limits) is { Length: > 0 } words ? ReadLimits(words) : null,
    };

    private static Dictionary<string, long?> ReadLimits(IEnumerable<string> words) =>
        new(words.Select(Parse).OfType<KeyValuePair<string, long?>>(), StringComparer.Ordinal);

    private static void RequireMebibytes(OptionResult result)
    {
        if (result.GetValueOrDefault<long?>() is not { } octets || (octets % Mebibyte == 0 && octets / Mebibyte <= int.MaxValue)) return;
        result.AddError("--quota takes whole mebibytes, such as 500M or 2G");
    }

    private static void RequireLimits(OptionResult result)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in result.Tokens)
        {
            var limit = Parse(token.Value);
            if (limit is null) result.AddError($"--limit takes NAME=NUMBER, such as login-day=500, not '{token.Value}'");
            else if (!names.Add(limit.Value.Key)) result.AddError($"--limit {limit.Value.Key} is given twice");
        }
    }

    /// <summary><c>login-day=500</c>, or <c>login-day=</c> for none; null for anything else.</summary>
    private static KeyValuePair<string, long?>? Parse(string text)
    {
        var equals = text.LastIndexOf('=');
        if (equals < 1) return null;
        if (equals == text.Length - 1) return new(text[..equals], null);
        return long.TryParse(text.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
            ? new(text[..equals], amount)
            : null;
    }
}
