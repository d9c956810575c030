using System.CommandLine;
using System.CommandLine.Parsing;
using PolicyDaemon.Admin;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Cli.Commands;

/// <summary>The ways to say whose use of a limit is meant, of which exactly one is given.</summary>
internal sealed class LimitTargetSymbols
{
    private const string Expected = "the KEY is as the log has it: login-hour/login:alice, or login:alice for all limits on it";

    private readonly Argument<string?> key = new("key")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "What is counted, as the log has it: login-hour/login:alice, client:192.0.2.7, everyone. Without a limit's name: all limits on it.",
    };

    private readonly Option<string?> login = Named("--login", "LOGIN", "A login, or an address that one account owns.");
    private readonly Option<string?> domain = Named("--domain", "DOMAIN", "A domain of ours that sends.");
    private readonly Option<string?> client = Named("--client", "ADDRESS", "The network of this client, as each limit cuts it.");
    private readonly Option<string?> recipient = Named("--recipient", "ADDRESS", "A recipient.");
    private readonly Option<bool> everyone = new("--everyone") { Description = "Limits on all mail together." };

    public void AddTo(Command command)
    {
        command.Add(key);
        foreach (var option in (Option[])[login, domain, client, recipient, everyone]) command.Add(option);
        command.Validators.Add(RequireOne);
    }

    public LimitTarget Read(ParseResult parsed) =>
        parsed.GetValue(login) is { } account ? new LimitTarget(LimitKey.Login, account)
        : parsed.GetValue(domain) is { } name ? new LimitTarget(LimitKey.Domain, name)
        : parsed.GetValue(client) is { } address ? new LimitTarget(LimitKey.Client, address)
        : parsed.GetValue(recipient) is { } to ? new LimitTarget(LimitKey.Recipient, to)
        : parsed.GetValue(everyone) ? new LimitTarget(LimitKey.Everyone, "")
        : Parse(parsed.GetValue(key) ?? "") ?? throw new InvalidOperationException("not validated");

    private static Option<string?> Named(string name, string helpName, string description) => new(name) { HelpName = helpName, Description = description };

    private void RequireOne(CommandResult result)
    {
        bool[] given =
        [
            result.GetValue(key) is not null, result.GetValue(login) is not null, result.GetValue(domain) is not null,
            result.GetValue(client) is not null, result.GetValue(recipient) is not null, result.GetValue(everyone),
        ];
        if (given.Count(isGiven => isGiven) != 1) result.AddError("say one of KEY, --login, --domain, --client, --recipient and --everyone");
        else if (result.GetValue(key) is { } text && Parse(text) is null) result.AddError($"{Expected}, not '{text}'");
    }

    /// <summary>A name of a limit has no slash and no colon; who is counted may have both.</summary>
    private static LimitTarget? Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var limit = slash > 0 && (colon < 0 || slash < colon) ? text[..slash] : null;
        var subject = limit is null ? text : text[(slash + 1)..];
        if (subject == "everyone") return new LimitTarget(LimitKey.Everyone, "", limit);
        var parts = subject.Split(':', 2);
        return parts is [("login" or "domain" or "client" or "recipient") and var word, { Length: > 0 } who]
            ? new LimitTarget(Enum.Parse<LimitKey>(word, ignoreCase: true), who, limit)
            : null;
    }
}
