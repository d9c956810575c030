using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Policy;

/// <summary>Where the text of a question's policy service stands: in the list itself, or in a parameter that the list names.</summary>
internal sealed class CallSite(PolicyQuestion question)
{
    /// <summary>The argument of check_policy_service as written: <c>$policydaemon_smtp</c>; expanded where it cannot be told apart.</summary>
    internal string WrittenArgument
    {
        get
        {
            var words = ParameterText.SplitWords(question.List.WordsOf(question.Restriction));
            return words is [.., "check_policy_service", var argument] ? argument : question.Call.Text;
        }
    }

    /// <summary>The line with one setting of the policy service changed, at the place where it is set.</summary>
    internal Mend Set(string setting, string value, ServiceParameters parameters)
    {
        if (!question.Call.Settings.ContainsKey(setting)) return SetForAll(PolicyServiceCall.ParameterOf(setting), value, parameters);
        return Rewrite(call => call.With(setting, value), parameters);
    }

    internal Mend Rewrite(Func<PolicyServiceCall, string> rewrite, ServiceParameters parameters)
    {
        var argument = WrittenArgument;
        if (NameIn(argument) is { } name && parameters.Find(name) is { } text)
        {
            var rewritten = rewrite(PolicyServiceCall.Parse(text));
            return parameters.Service.Overrides.ContainsKey(name) ? Mend.Override(parameters, (name, rewritten)) : Mend.MainCf(name, rewritten);
        }

        var list = question.List.Replace(question.Restriction, $"check_policy_service {rewrite(PolicyServiceCall.Parse(argument))}");
        return Mend.Override(parameters, (question.List.Parameter, list));
    }

    private static Mend SetForAll(string parameter, string value, ServiceParameters parameters) =>
        parameters.Service.Overrides.ContainsKey(parameter) ? Mend.Override(parameters, (parameter, value)) : Mend.MainCf(parameter, value);

    /// <summary><c>name</c> of <c>$name</c> and <c>${name}</c>; null for anything else.</summary>
    private static string? NameIn(string argument)
    {
        if (!argument.StartsWith('$')) return null;
        var name = ParameterText.IsBraced(argument[1..]) ? ParameterText.Unbrace(argument[1..]) : argument[1..];
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : null;
    }
}
