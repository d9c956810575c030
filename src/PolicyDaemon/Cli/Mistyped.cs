using System.CommandLine;
using System.CommandLine.Parsing;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Cli;

/// <summary>Says in one sentence what is wrong with a command line, and what may have been meant.</summary>
internal static class Mistyped
{
    public static string Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var token, ..]) return DescribeUnmatched(command, token);
        if (command is { Action: null, Subcommands.Count: > 0 })
        {
            var children = string.Join('|', HelpPage.VisibleCommands(command).Select(child => child.Name));
            return $"say what to do: {HelpPage.FullName(command)} {children}";
        }

        if (DescribeMissing(parsed.CommandResult) is { } missing) return missing;
        return parsed.Errors.Count > 0 ? LowerFirst(parsed.Errors[0].Message).TrimEnd('.') : "the command was not understood";
    }

    /// <summary>Which value is missing, by the name that help gives it; null when none is.</summary>
    private static string? DescribeMissing(CommandResult result)
    {
        foreach (var option in result.Children.OfType<OptionResult>())
        {
            if (!option.Implicit && option.Tokens.Count < option.Option.Arity.MinimumNumberOfValues) return $"{HelpPage.Label(option.Option)}: the value is missing";
        }

        var arguments = result.Command.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0);
        var missing = arguments.FirstOrDefault(argument => result.GetResult(argument) is not { Tokens.Count: > 0 });
        return missing is null ? null : $"{HelpPage.NameOf(missing)} is missing: {HelpPage.Usage(result.Command)}";
    }

    private static string DescribeUnmatched(Command command, string token)
    {
        if (token.StartsWith('-'))
        {
            var options = HelpPage.Options(command).Select(option => option.Name).ToList();
            return $"there is no option '{token}' here{Spelling.Suggest(token, options)}";
        }

        var commands = HelpPage.VisibleCommands(command).Select(child => child.Name).ToList();
        return commands.Count > 0 ? $"there is no command '{token}'{Spelling.Suggest(token, commands)}" : $"'{token}' is one word too many";
    }

    private static string LowerFirst(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
}
