using System.Globalization;
using System.Text;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>One mistake, or one warning, in one line: where it was written, key, value, what is expected.</summary>
/// <param name="Path">The key, with <c>:</c>; empty when the message is about a whole file or argument.</param>
/// <param name="Value">What was written; null: not shown, because there is none or it may be a secret.</param>
internal sealed record Problem(SettingOrigin Origin, string Path, string? Value, string Message)
{
    private const int MaxShownCharacters = 120;
    private const int MaxLineCharacters = 1024;

    public override string ToString()
    {
        var line = new StringBuilder(Origin.Place).Append(": ");
        if (Path.Length > 0) line.Append(DisplayKey(Path));
        if (Value is not null) line.Append(" = ").Append(Shown(Value, Origin.Form));
        if (Path.Length > 0) line.Append(": ");
        return OneLine(line.Append(Message).ToString());
    }

    /// <summary><c>limits:0:name</c> as people write it: <c>limits[0].name</c>.</summary>
    public static string DisplayKey(string path)
    {
        var key = new StringBuilder();
        foreach (var segment in path.Split(':'))
        {
            if (int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out _)) key.Append('[').Append(segment).Append(']');
            else key.Append(key.Length == 0 ? "" : ".").Append(segment);
        }

        return key.ToString();
    }

    /// <summary>Names of keys, variables and files may hold anything; a message is one line of bounded length all the same.</summary>
    private static string OneLine(string text)
    {
        var cut = text.Length <= MaxLineCharacters ? text : string.Concat(text.AsSpan(0, MaxLineCharacters), "…");
        return string.Concat(cut.Select(character => char.IsControl(character)
            ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")
            : character.ToString()));
    }

    private static string Shown(string value, SettingForm form)
    {
        if (form is SettingForm.Number or SettingForm.Boolean or SettingForm.Section or SettingForm.List or SettingForm.Null) return value;
        var text = JsonText.Quote(value);
        return text.Length <= MaxShownCharacters ? text : string.Concat(text.AsSpan(0, MaxShownCharacters), "…\"");
    }
}
