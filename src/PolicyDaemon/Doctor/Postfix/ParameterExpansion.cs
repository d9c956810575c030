using System.Globalization;

namespace PolicyDaemon.Doctor.Postfix;

/// <summary>Replaces <c>$name</c> in a parameter as Postfix does, conditions and comparisons included.</summary>
/// <param name="find">The text of a parameter, not expanded; null when there is none, which counts as empty.</param>
/// <remarks>
/// <c>$name ${name} $(name) ${name?text} ${name:text} ${name?{a}:{b}} ${{a} op {b} ? {c} : {d}}</c>. Source: postconf(5), "main.cf file
/// format", and Postfix 3.7.11 src/util/mac_expand.c.
/// </remarks>
internal sealed class ParameterExpansion(Func<string, string?> find)
{
    /// <summary>Deeper nesting is a circle: Postfix stops there, too.</summary>
    private const int MaxDepth = 100;

    /// <exception cref="FormatException">A parameter is made of itself.</exception>
    internal string Expand(string text) => Expand(text, 0);

    private string Expand(string text, int depth)
    {
        if (depth > MaxDepth) throw new FormatException($"'{text}' is made of itself");
        if (!text.Contains('$', StringComparison.Ordinal)) return text;

        var result = new System.Text.StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '$' || at + 1 == text.Length)
            {
                result.Append(text[at++]);
                continue;
            }

            at++;
            var start = at;
            if (text[at] == '$')
            {
                at++;
                result.Append('$');
            }
            else if (text[at] is '{' or '(')
            {
                at = text[at] == '{' ? ParameterText.EndOfBraces(text, at) : text.IndexOf(')', at) + 1;
                if (at == 0) at = text.Length;
                result.Append(ExpandInner(text[(start + 1)..Math.Max(start + 1, at - 1)].Trim(), depth + 1));
            }
            else
            {
                while (at < text.Length && IsNameCharacter(text[at])) at++;
                result.Append(Value(text[start..at], depth + 1));
            }
        }

        return result.ToString();
    }

    /// <summary>What stands between the braces of <c>${…}</c>.</summary>
    private string ExpandInner(string inner, int depth)
    {
        if (inner.StartsWith('{')) return ExpandComparison(inner, depth);
        var end = 0;
        while (end < inner.Length && IsNameCharacter(inner[end])) end++;
        var value = Value(inner[..end], depth);
        var rest = inner[end..].TrimStart();
        if (rest.Length == 0) return value;
        return rest[0] == ':'
            ? value.Length == 0 ? Expand(Branch(rest[1..]).Text, depth) : ""
            : Choose(rest, value.Length > 0, depth);
    }

    /// <summary><c>{a} op {b} ? {c} : {d}</c>.</summary>
    private string ExpandComparison(string inner, int depth)
    {
        var left = Branch(inner);
        var question = left.Tail.IndexOf('{', StringComparison.Ordinal);
        if (question < 0) return "";
        var relation = left.Tail[..question].Trim();
        var right = Branch(left.Tail[question..]);
        return Choose(right.Tail.TrimStart(), Holds(Expand(left.Text, depth), relation, Expand(right.Text, depth)), depth);
    }

    /// <summary><c>?{c}:{d}</c>; without a second branch it is empty. No branch at all: <c>bool</c>, as Postfix prints it.</summary>
    private string Choose(string branches, bool condition, int depth)
    {
        if (!branches.StartsWith('?')) return condition ? "bool:true" : "";
        var first = Branch(branches[1..]);
        if (condition) return Expand(first.Text, depth);
        var rest = first.Tail.TrimStart();
        return rest.StartsWith(':') ? Expand(Branch(rest[1..]).Text, depth) : "";
    }

    private string Value(string name, int depth) => find(name) is { } value ? Expand(value, depth) : "";

    /// <summary>One <c>{text}</c> and what follows it; without braces all of the text.</summary>
    private static (string Text, string Tail) Branch(string text)
    {
        var trimmed = text.TrimStart();
        if (!trimmed.StartsWith('{')) return (trimmed, "");
        var end = ParameterText.EndOfBraces(trimmed, 0);
        return (ParameterText.Unbrace(trimmed[..end]), trimmed[end..]);
    }

    private static bool Holds(string left, string relation, string right)
    {
        var isLevel = relation.EndsWith("level", StringComparison.Ordinal);
        var order = isLevel || (IsNumber(left) && IsNumber(right))
            ? CompatibilityLevel.Compare(left, right)
            : string.CompareOrdinal(left, right);
        return (isLevel ? relation[..^"level".Length] : relation) switch
        {
            "==" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" => order >= 0,
            _ => throw new FormatException($"'{relation}' is no comparison"),
        };
    }

    private static bool IsNumber(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
