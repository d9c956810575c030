using System.Diagnostics.CodeAnalysis;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>What a value of some kind looks like, in words and in code.</summary>
/// <param name="Name">One or two words, as in <c>docs/configuration.md</c>: <c>duration</c>.</param>
/// <param name="Expected">Ends a message: "expected a duration with its unit, such as 30s or 1h".</param>
/// <param name="Parse">From text without regard to where it was written.</param>
/// <param name="Format">To JSON, in the normal spelling.</param>
internal sealed record ValueKind<T>(string Name, string Expected, Func<string, Parsed<T>> Parse, Func<T, string> Format)
{
    /// <summary>How it may be written in the file. The environment and arguments have only text for everything.</summary>
    public IReadOnlyList<SettingForm> Forms { get; init; } = [SettingForm.Text];

    /// <summary>Whether a wrong value may be shown: text in the place of a secret file's name may be the secret.</summary>
    public Func<string, bool> MayShow { get; init; } = static _ => true;

    public bool Accepts(SettingForm form) => form == SettingForm.Untyped || Forms.Contains(form);

    /// <summary>The same kind within narrower bounds.</summary>
    /// <param name="expected">What is expected then, at length.</param>
    public ValueKind<T> Where(Func<T, bool> isGood, string expected)
    {
        var parse = Parse;
        return this with
        {
            Expected = expected,
            Parse = text =>
            {
                var parsed = parse(text);
                return parsed.IsGood && !isGood(parsed.Value) ? Parsed<T>.Bad() : parsed;
            },
        };
    }
}

/// <summary>A value, or what is wrong with the text.</summary>
internal readonly record struct Parsed<T>
{
    private Parsed(bool isGood, T? value, string? complaint)
    {
        IsGood = isGood;
        Value = value;
        Complaint = complaint;
    }

    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsGood { get; }

    public T? Value { get; }

    /// <summary>What is wrong, where more can be said than what the kind expects.</summary>
    public string? Complaint { get; }

    public static Parsed<T> Good(T value) => new(true, value, null);

    public static Parsed<T> Bad(string? complaint = null) => new(false, default, complaint);
}
