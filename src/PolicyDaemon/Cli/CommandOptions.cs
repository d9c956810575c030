using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Cli;

/// <summary>Options and values that several commands take.</summary>
internal static class CommandOptions
{
    public static readonly Option<string?> Config = new("--config")
    {
        HelpName = "FILE",
        Recursive = true,
        Description = "The configuration file. Default: /etc/policydaemon/policydaemon.json, or the built-in defaults where there is none.",
    };

    private static string SchemeNames => string.Join(", ", PasswordSchemes.Names);

    public static Option<bool> Json() => new("--json")
    {
        Description = "Write JSON for programs: names are stable, times are UTC, ages are in milliseconds.",
    };

    public static Option<bool> Offline() => new("--offline")
    {
        Description = "Answer in this process from the configuration file, without asking the running daemon: to try a file before a " +
            "reload.",
    };

    /// <summary>How a new password is hashed.</summary>
    public static Option<PasswordScheme> Scheme() => new("--scheme")
    {
        HelpName = "SCHEME",
        Description = $"How the password is hashed, by Dovecot's name: {SchemeNames}. Default: {PasswordSchemes.NameOf(PasswordSchemes.Default)}.",
        DefaultValueFactory = _ => PasswordSchemes.Default,
        CustomParser = result => Read<PasswordScheme>(
            result, text => PasswordSchemes.TryParse(text, out var scheme) ? scheme : null, $"one of {SchemeNames}") ?? PasswordSchemes.Default,
    };

    /// <summary>A length of time, <c>2h</c>.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        HelpName = "DURATION",
        Description = description,
        CustomParser = result => Read<TimeSpan>(
            result, text => Durations.TryParse(text, out var value) ? value : null, "a number and its unit, such as 30s, 10m, 2h or 7d"),
    };

    /// <summary>A number of octets, <c>20000</c> or <c>10M</c>.</summary>
    public static Option<long?> Size(string name, string description) => new(name)
    {
        HelpName = "OCTETS",
        Description = description,
        CustomParser = result => Read<long>(
            result, text => Sizes.TryParse(text, out var value) ? value : null, "octets, such as 20000 or 10M"),
    };

    /// <summary>A number that is not negative.</summary>
    public static Option<int?> Count(string name, string description) => new(name)
    {
        HelpName = "NUMBER",
        Description = description,
        CustomParser = result => Read<int>(
            result,
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null,
            "a whole number, 0 or more"),
    };

    /// <summary>Refuses every value but these words.</summary>
    public static void TakeOneOf(this Option option, params string[] words) => option.Validators.Add(result =>
    {
        if (result.Tokens is not [var token] || words.Contains(token.Value, StringComparer.Ordinal)) return;
        result.AddError($"{option.Name} takes {string.Join(", ", words[..^1])} or {words[^1]}, not '{token.Value}'");
    });

    private static T? Read<T>(ArgumentResult result, Func<string, T?> parse, string expected)
        where T : struct
    {
        var text = result.Tokens is [var token] ? token.Value : "";
        if (parse(text) is { } value) return value;
        result.AddError($"{((result.Parent as OptionResult)?.Option.Name) ?? result.Argument.Name} takes {expected}, not '{text}'");
        return null;
    }
}
