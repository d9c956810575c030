using System.Globalization;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Policy;

/// <summary>The argument of check_policy_service: an endpoint, and what it sets for itself.</summary>
/// <param name="Text">As expanded: <c>unix:private/policy</c>, or <c>{ inet:127.0.0.1:10040, timeout=5s }</c>.</param>
/// <remarks>Source: SMTPD_POLICY_README, "Advanced policy client configuration".</remarks>
internal sealed record PolicyServiceCall(string Text, PolicyEndpoint Endpoint, IReadOnlyDictionary<string, string> Settings)
{
    internal const string DefaultAction = "default_action";
    internal const string Timeout = "timeout";

    internal static PolicyServiceCall Parse(string argument)
    {
        var words = ParameterText.SplitList(ParameterText.IsBraced(argument) ? ParameterText.Unbrace(argument) : argument);
        Dictionary<string, string> settings = new(StringComparer.Ordinal);
        foreach (var word in words.Skip(1))
        {
            if (ParameterText.TryParseAssignment(word, out var name, out var value)) settings[name] = value;
        }

        return new PolicyServiceCall(argument, PolicyEndpoint.Parse(words.Count > 0 ? words[0] : ""), settings);
    }

    /// <summary>What the call sets for itself, or else the parameter <c>smtpd_policy_service_…</c> of its smtpd.</summary>
    internal string Get(string setting, ServiceParameters parameters) =>
        Settings.GetValueOrDefault(setting) ?? parameters.Get(ParameterOf(setting));

    internal static string ParameterOf(string setting) => $"smtpd_policy_service_{setting}";

    /// <summary>Rewritten with one setting changed; nothing else is.</summary>
    internal string With(string setting, string value)
    {
        var others = Settings.Where(one => one.Key != setting).Select(one => Write(one.Key, one.Value));
        return $"{{ {string.Join(", ", [Endpoint.Text, .. others, Write(setting, value)])} }}";
    }

    /// <summary>Rewritten with another endpoint.</summary>
    internal string At(string endpoint) => Settings.Count == 0
        ? endpoint
        : $"{{ {string.Join(", ", [endpoint, .. Settings.Select(one => Write(one.Key, one.Value))])} }}";

    private static string Write(string name, string value) =>
        value.AsSpan().IndexOfAny(" ,\t") < 0 ? $"{name}={value}" : $"{{ {name} = {value} }}";
}

/// <summary>Postfix's times: <c>100s</c>, <c>5m</c>; without a unit seconds, where policy services are concerned.</summary>
internal static class PostfixTime
{
    internal static TimeSpan? Parse(string text)
    {
        var unit = text.Length > 0 && char.IsAsciiLetter(text[^1]) ? text[^1] : 's';
        if (!int.TryParse(text.TrimEnd(unit), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        return unit switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            'd' => TimeSpan.FromDays(count),
            'w' => TimeSpan.FromDays(7L * count),
            _ => null,
        };
    }
}
