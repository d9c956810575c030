using System.CommandLine;
using System.CommandLine.Parsing;
using PolicyDaemon.Admin;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Cli.Commands;

/// <summary>The three ways to say what a block is about, of which exactly one is given.</summary>
internal sealed class BlockTargetSymbols
{
    private readonly Argument<string?> login = new("login")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "A login, or an address that one account owns.",
    };

    private readonly Option<string?> domain = new("--domain") { HelpName = "DOMAIN", Description = "Every sender of this domain of ours." };
    private readonly Option<bool> everyone = new("--everyone")
    {
        Description = "All sending by logins and by our own senders; mail from outside still comes in.",
    };

    public void AddTo(Command command)
    {
        command.Add(login);
        command.Add(domain);
        command.Add(everyone);
        command.Validators.Add(RequireOne);
    }

    public BlockTarget Read(ParseResult parsed) =>
        parsed.GetValue(everyone) ? new BlockTarget(BlockScope.Everyone, "")
        : parsed.GetValue(domain) is { } name ? new BlockTarget(BlockScope.Domain, name)
        : new BlockTarget(BlockScope.Login, parsed.GetValue(login) ?? "");

    private void RequireOne(CommandResult result)
    {
        bool[] given = [result.GetValue(login) is not null, result.GetValue(domain) is not null, result.GetValue(everyone)];
        if (given.Count(isGiven => isGiven) != 1) result.AddError("say one of LOGIN, --domain DOMAIN and --everyone");
    }
}
