using System.Globalization;
using System.Net;
using System.Text.Json;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>The kinds of value that any section may use. Kinds of the field (domains, replies) are in <see cref="MailKinds"/>.</summary>
internal static class ValueKinds
{
    public const int MaxTextCharacters = 1024;

    private const string SecretExpected = "the absolute path of a file that holds the secret and nothing else";

    /// <summary>Words of a person's choice.</summary>
    public static readonly ValueKind<string> Text = OneLine("text", $"text of 1 to {MaxTextCharacters} characters, in one line");

    public static readonly ValueKind<bool> Flag = new(
        "boolean",
        "true or false",
        static text => text switch { "true" => Parsed<bool>.Good(true), "false" => Parsed<bool>.Good(false), _ => Parsed<bool>.Bad() },
        static value => value ? "true" : "false")
    {
        Forms = [SettingForm.Boolean],
    };

    public static readonly ValueKind<IPNetwork> Network = new(
        "network",
        "a network or address, such as 192.0.2.0/24, 192.0.2.7 or 2001:db8::/32",
        Networks.Parse,
        static network => JsonText.Quote(network.ToString()));

    /// <summary>An existing file that can be read, by its absolute path.</summary>
    public static readonly ValueKind<string> File = FileOf("file", "the absolute path of a file that can be read");

    /// <summary>As <see cref="File"/>. What is no path is not shown: it may be the secret itself, put in the wrong place.</summary>
    public static readonly ValueKind<string> SecretFile = File with
    {
        Name = "secret file",
        Expected = SecretExpected,
        Parse = static text => !text.StartsWith('/') ? Parsed<string>.Bad()
            : (FileChecks.FindFault(text) ?? FileChecks.FindSecretFault(text)) is not { } fault ? Parsed<string>.Good(text)
            : Parsed<string>.Bad($"{fault}: expected {SecretExpected}"),
        MayShow = static text => text.StartsWith('/'),
    };

    /// <summary>A file that need not exist yet, in a directory that does.</summary>
    public static readonly ValueKind<string> FileToBe = new(
        "path",
        "the absolute path of a file in a directory that exists",
        static text => !text.StartsWith('/') || text.EndsWith('/') ? Parsed<string>.Bad()
            : System.IO.Directory.Exists(text) ? Parsed<string>.Bad("is a directory: expected the path of a file")
            : System.IO.Directory.Exists(Path.GetDirectoryName(text)) ? Parsed<string>.Good(text)
            : Parsed<string>.Bad($"its directory {Path.GetDirectoryName(text)} does not exist: expected a file in a directory that does"),
        JsonText.Quote);

    /// <summary>A directory that need not exist yet, in one that does; without a slash at its end.</summary>
    public static readonly ValueKind<string> DirectoryToBe = new(
        "directory",
        "the absolute path of a directory, which is made when it does not exist, in one that does",
        static text => !text.StartsWith('/') || Path.TrimEndingDirectorySeparator(text) == "/" ? Parsed<string>.Bad()
            : System.IO.File.Exists(text) ? Parsed<string>.Bad("is a file: expected the path of a directory")
            : System.IO.Directory.Exists(text) || System.IO.Directory.Exists(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(text)))
                ? Parsed<string>.Good(Path.TrimEndingDirectorySeparator(text))
            : Parsed<string>.Bad(),
        JsonText.Quote);

    /// <summary>A share of a whole, 0 to 1, written in percent.</summary>
    public static readonly ValueKind<double> Share = new(
        "share",
        "a share from 0% to 100%, such as 20%",
        static text => text.EndsWith('%') && int.TryParse(text.AsSpan()[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            ? Within(percent / 100.0, 0, 1)
            : Parsed<double>.Bad(),
        static share => JsonText.Quote(string.Create(CultureInfo.InvariantCulture, $"{Math.Round(share * 100)}%")));

    public static ValueKind<long> Number(string unit, long least, long most) => new(
        unit,
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most} ({unit})"),
        text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? Within(number, least, most)
            : Parsed<long>.Bad(),
        static number => number.ToString(CultureInfo.InvariantCulture))
    {
        Forms = [SettingForm.Number],
    };

    /// <summary>Octets, as a number or with K, M or G.</summary>
    public static ValueKind<long> Size(long least, long most) => new(
        "size",
        $"a size from {Sizes.Format(least)} to {Sizes.Format(most)}, in octets or with K, M or G, such as 10M",
        text => Sizes.TryParse(text, out var octets) ? Within(octets, least, most) : Parsed<long>.Bad(),
        static octets => Sizes.Format(octets) is [.., 'K' or 'M' or 'G'] text ? JsonText.Quote(text) : Sizes.Format(octets))
    {
        Forms = [SettingForm.Number, SettingForm.Text],
    };

    public static ValueKind<TimeSpan> Duration(TimeSpan least, TimeSpan most) => new(
        "duration",
        $"a duration from {Durations.Format(least)} to {Durations.Format(most)}, with its unit (ms, s, m, h, d or w), such as 30s",
        text => Durations.TryParse(text, out var value) ? Within(value, least, most) : Parsed<TimeSpan>.Bad(),
        static value => JsonText.Quote(Durations.Format(value)));

    /// <summary>A word of a closed set, spelled in camel case.</summary>
    public static ValueKind<T> Choice<T>()
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().ToDictionary(Word, value => value, StringComparer.Ordinal);
        var expected = words.Count == 1 ? words.Keys.Single() : $"{string.Join(", ", words.Keys.SkipLast(1))} or {words.Keys.Last()}";
        return new ValueKind<T>(expected, expected, Parse, static value => JsonText.Quote(Word(value)));

        Parsed<T> Parse(string text)
        {
            return words.TryGetValue(text, out var value) ? Parsed<T>.Good(value) : Parsed<T>.Bad($"expected {expected}{Spelling.Suggest(text, words.Keys)}");
        }
    }

    public static ValueKind<string> OneLine(string name, string expected) => new(
        name,
        expected,
        static text => text.Length is > 0 and <= MaxTextCharacters && !text.Any(char.IsControl)
            ? Parsed<string>.Good(text)
            : Parsed<string>.Bad(),
        JsonText.Quote);

    /// <summary>How an enum's name is spelled in the configuration.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static Parsed<T> Within<T>(T value, T least, T most)
        where T : IComparable<T> => value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0 ? Parsed<T>.Good(value) : Parsed<T>.Bad();

    private static ValueKind<string> FileOf(string name, string expected) => new(
        name,
        expected,
        text => !text.StartsWith('/') ? Parsed<string>.Bad()
            : FileChecks.FindFault(text) is { } fault ? Parsed<string>.Bad($"{fault}: expected {expected}")
            : Parsed<string>.Good(text),
        JsonText.Quote);
}
