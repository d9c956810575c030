using System.Diagnostics.CodeAnalysis;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>Turns what was written at a path into values, or into messages that say what was expected there.</summary>
internal sealed class SettingParser(ConfigurationReader reader)
{
    private Settings Settings => reader.Settings;

    public bool TryRead<T>(string path, ValueKind<T> kind, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (Settings.FindOrigin(path) is null || !TryParse(path, kind, out value)) return false;
        reader.Readings.Add(new KeyReading(path, kind.Format(value)));
        return true;
    }

    public bool TryReadList<T>(string path, ValueKind<T> kind, [NotNullWhen(true)] out IReadOnlyList<T>? values)
    {
        values = null;
        if (Settings.FindOrigin(path) is null) return false;
        if (Settings.TryFind(path, out var whole) && whole.Origin.Form == SettingForm.Untyped) values = SplitWhole(path, whole, kind);
        else if (IsList(path, $"expected a list: [ … ], each {kind.Expected}")) values = ReadElements(path, kind);

        if (values is null) return false;
        reader.Readings.Add(new KeyReading(path, JsonText.List(values.Select(kind.Format))));
        return true;
    }

    /// <summary>Whether a section lies here; something else is reported.</summary>
    public bool IsSection(string path)
    {
        if (Settings.FindOrigin(path) is null) return false;
        if (!Settings.TryFind(path, out var setting) || setting.Origin.Form == SettingForm.Section) return true;
        Report(path, setting, "expected a section: { … }");
        return false;
    }

    /// <summary>Whether a list lies here; something else is reported.</summary>
    public bool IsList(string path, string message)
    {
        if (Settings.FindOrigin(path) is not { } origin) return false;
        var isWritten = Settings.TryFind(path, out var setting);
        var areNumbers = Settings.ChildNames(path).All(name => name.All(char.IsAsciiDigit));
        if (areNumbers && (!isWritten || setting!.Origin.Form == SettingForm.List)) return true;
        Report(path, setting ?? new Setting(null, origin with { Form = SettingForm.Section }), message);
        return false;
    }

    private List<T>? ReadElements<T>(string path, ValueKind<T> kind)
    {
        var values = new List<T>();
        var areGood = true;
        foreach (var index in Settings.ChildNames(path))
        {
            var isGood = TryParse(Section.Join(path, index), kind, out var value);
            areGood &= isGood;
            if (isGood) values.Add(value!);
        }

        return areGood ? values : null;
    }

    /// <summary>A list in one variable or argument: values with commas between them, in place of the file's whole list.</summary>
    private List<T>? SplitWhole<T>(string path, Setting whole, ValueKind<T> kind)
    {
        var values = new List<T>();
        var areGood = true;
        foreach (var index in Settings.ChildNames(path))
        {
            var element = Section.Join(path, index);
            if (!Settings.TryFind(element, out var setting) || setting.Origin.Form != SettingForm.Untyped) continue;
            Report(element, setting, $"is one element of a list that is also set whole ({whole.Origin.Place}): expected one of the two");
            areGood = false;
        }

        foreach (var text in whole.Value!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var isGood = TryParse(path, new Setting(text, whole.Origin), kind, out var value);
            areGood &= isGood;
            if (isGood) values.Add(value!);
        }

        return areGood ? values : null;
    }

    private bool TryParse<T>(string path, ValueKind<T> kind, [MaybeNullWhen(false)] out T value)
    {
        if (Settings.TryFind(path, out var setting) && !Settings.HasBelow(path)) return TryParse(path, setting, kind, out value);
        var origin = setting?.Origin ?? Settings.FindOrigin(path)! with { Form = SettingForm.Section };
        Report(path, new Setting(null, origin), $"expected {kind.Expected}");
        value = default;
        return false;
    }

    private bool TryParse<T>(string path, Setting setting, ValueKind<T> kind, [MaybeNullWhen(false)] out T value)
    {
        var parsed = setting.Value is { } text && kind.Accepts(setting.Origin.Form) ? kind.Parse(text) : Parsed<T>.Bad();
        value = default;
        if (parsed.IsGood)
        {
            value = parsed.Value;
            return true;
        }

        var message = parsed.Complaint ?? $"expected {kind.Expected}{HintForm(setting.Origin.Form, kind)}";
        if (setting.Value is null || kind.MayShow(setting.Value)) Report(path, setting, message);
        else reader.Errors.Add(new Problem(setting.Origin, path, null, message));
        return false;
    }

    /// <summary>A wrong form looks right to a person: "4" for 4, 1 for "1".</summary>
    private static string HintForm<T>(SettingForm form, ValueKind<T> kind) => form switch
    {
        SettingForm.Null => "; null is none, leave the key out instead",
        SettingForm.Text when !kind.Accepts(form) => ", without quotes",
        SettingForm.Number or SettingForm.Boolean when !kind.Accepts(form) => ", in quotes",
        _ => "",
    };

    private void Report(string path, Setting setting, string message)
    {
        var shown = setting.Value ?? setting.Origin.Form switch
        {
            SettingForm.Null => "null",
            SettingForm.List => "[ … ]",
            _ => "{ … }",
        };
        reader.Errors.Add(new Problem(setting.Origin, path, shown, message));
    }
}
