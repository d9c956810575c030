using System.Globalization;
using PolicyDaemon.Admin;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>A user or group of this machine, as it was written, and its number.</summary>
internal sealed record SystemId(string Text, uint Id);

/// <summary>Users and groups of this machine.</summary>
internal static class SystemKinds
{
    /// <summary>What reading goes on with when there is none.</summary>
    public static readonly SystemId Nobody = new("", uint.MaxValue);

    public static readonly ValueKind<SystemId> User = Of("user", UnixNames.FindUser);

    public static readonly ValueKind<SystemId> Group = Of("group", UnixNames.FindGroup);

    private static ValueKind<SystemId> Of(string name, Func<string, uint?> find) => new(
        name,
        $"a {name} of this machine, by name or number",
        text => Parse(name, text, find),
        static id => uint.TryParse(id.Text, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? id.Text : JsonText.Quote(id.Text))
    {
        Forms = [SettingForm.Number, SettingForm.Text],
    };

    private static Parsed<SystemId> Parse(string name, string text, Func<string, uint?> find)
    {
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number < uint.MaxValue ? Parsed<SystemId>.Good(new SystemId(text, number)) : Parsed<SystemId>.Bad();
        }

        if (text.Length is 0 or > 255 || text.Any(character => char.IsControl(character) || char.IsWhiteSpace(character))) return Parsed<SystemId>.Bad();
        return find(text) is { } id
            ? Parsed<SystemId>.Good(new SystemId(text, id))
            : Parsed<SystemId>.Bad($"there is no such {name} on this machine: expected its name, or its number");
    }
}
