using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Own amounts of limits: <c>--limit login-day=500</c>.</summary>
internal sealed class AmountOption
{
    private readonly CommandEnvironment environment;
    private readonly Option<string[]> option;

    /// <param name="description">Whose amounts.</param>
    public AmountOption(CommandEnvironment environment, string description)
    {
        this.environment = environment;
        option = new Option<string[]>("--limit") { HelpName = "NAME=NUMBER", Description = description, Arity = ArgumentArity.OneOrMore };
        option.Validators.Add(Require);
    }

    public Option Symbol => option;

    /// <summary>What was said; a name that no limit of the configuration has is warned of.</summary>
    /// <returns>Null: nothing.</returns>
    public IReadOnlyDictionary<string, long?>? Read(ParseResult parsed)
    {
        if (parsed.GetValue(option) is not { Length: > 0 } words) return null;
        var amounts = new Dictionary<string, long?>(words.Select(Parse).OfType<KeyValuePair<string, long?>>(), StringComparer.Ordinal);
        if (environment.Load(parsed.GetValue(CommandOptions.Config), environment.Settings).Options is not { } options) return amounts;
        string[] known = [.. options.Limits.Select(limit => limit.Name), MessageMaximum.SizeName, MessageMaximum.RecipientsName];
        foreach (var name in amounts.Keys.Except(known, StringComparer.Ordinal))
        {
            environment.Complain($"warning: no limit of the configuration has the name '{name}'{Spelling.Suggest(name, known)}");
        }

        return amounts;
    }

    private static void Require(OptionResult result)
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
