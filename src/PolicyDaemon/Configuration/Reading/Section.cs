using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>
/// One section while it is read: every key goes through here, is thereby known, and leaves a message when it is wrong.
/// </summary>
/// <param name="path">Where it lies, <c>limits:0</c>; empty for the whole.</param>
/// <param name="pattern">The same as documented, <c>limits[]</c>.</param>
/// <param name="isProbe">
/// True for a section that is not there, or an element that stands for all: its keys become known, nothing is looked up and nothing is
/// a mistake.
/// </param>
/// <param name="isOptional">It, or a section around it, counts only when it is written.</param>
internal sealed class Section(ConfigurationReader reader, string path, string pattern, bool isProbe, bool isOptional)
{
    private const string SectionsExpected = "a list of sections: [ { … } ]";

    private readonly SettingParser parser = new(reader);

    private Settings Settings => reader.Settings;

    /// <summary>Whether a key or section was written, rightly or wrongly.</summary>
    public bool IsSet(string name) => !isProbe && Settings.FindOrigin(Join(path, name)) is not null;

    /// <summary>Whether anything but empty sections was written below, rightly or wrongly.</summary>
    public bool HasValues(string name) => !isProbe && Settings.HasValues(Join(path, name));

    /// <summary>A value that is there or has a default.</summary>
    public T Value<T>(string name, ValueKind<T> kind, T fallback) => Value(name, kind, fallback, kind.Format(fallback));

    /// <param name="shownDefault">What documentation and <c>show-config</c> call the default, where it differs from host to host.</param>
    public T Value<T>(string name, ValueKind<T> kind, T fallback, string? shownDefault)
    {
        Know(name, kind.Name, kind.Expected, shownDefault);
        return TryRead(name, kind, out var value) ? value : fallback;
    }

    /// <summary>A value that may be absent.</summary>
    public T? Optional<T>(string name, ValueKind<T> kind)
        where T : class
    {
        Know(name, kind.Name, kind.Expected, null);
        return TryRead(name, kind, out var value) ? value : null;
    }

    /// <summary>As <see cref="Optional"/>, for words of a closed set.</summary>
    public T? OptionalChoice<T>(string name, ValueKind<T> kind)
        where T : struct, Enum
    {
        Know(name, kind.Name, kind.Expected, null);
        return TryRead(name, kind, out var value) ? value : null;
    }

    /// <summary>As <see cref="Optional"/>, for numbers and sizes.</summary>
    public long? OptionalNumber(string name, ValueKind<long> kind)
    {
        Know(name, kind.Name, kind.Expected, null);
        return TryRead(name, kind, out var value) ? value : null;
    }

    /// <summary>A value without which its section makes no sense.</summary>
    /// <param name="standIn">What reading goes on with when it is missing or wrong; nobody sees it.</param>
    public T Required<T>(string name, ValueKind<T> kind, T standIn)
    {
        Know(name, kind.Name, kind.Expected, null, isRequired: true);
        if (TryRead(name, kind, out var value)) return value;
        if (!isProbe && !IsSet(name)) Complain(name, $"is missing: expected {kind.Expected}");
        return standIn;
    }

    public IReadOnlyList<T> List<T>(string name, ValueKind<T> kind, IReadOnlyList<T> fallback)
    {
        reader.Know(path, name, ListKey(Display(name), kind, JsonText.List(fallback.Select(kind.Format)), isRequired: false));
        return TryReadList(Join(path, name), kind, out var values) ? values : fallback;
    }

    /// <summary>As <see cref="List"/>, with at least one value, and the only one may be written without brackets.</summary>
    public IReadOnlyList<T> OneOrMore<T>(string name, ValueKind<T> kind, IReadOnlyList<T> fallback)
    {
        var shownDefault = fallback is [var only] ? kind.Format(only) : JsonText.List(fallback.Select(kind.Format));
        Know(name, $"{kind.Name}, or list", kind.Expected, shownDefault);
        if (IsSingle(name)) return TryRead(name, kind, out var value) ? [value] : fallback;
        if (!TryReadList(Join(path, name), kind, out var values)) return fallback;
        if (values.Count == 0) Complain(name, $"is empty: expected {kind.Expected}");
        return values;
    }

    /// <summary>As <see cref="List"/>, and it must be there with at least one value.</summary>
    public IReadOnlyList<T> RequiredList<T>(string name, ValueKind<T> kind)
    {
        reader.Know(path, name, ListKey(Display(name), kind, null, isRequired: true));
        if (!TryReadList(Join(path, name), kind, out var values))
        {
            if (!isProbe && !IsSet(name)) Complain(name, $"is missing: expected a list, each {kind.Expected}");
            return [];
        }

        if (values.Count == 0) Complain(name, "is empty: expected at least one");
        return values;
    }

    /// <summary>Names of the administrator's choice, each with a list of values.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<T>> Lists<T>(
        string name, ValueKind<T> kind, IReadOnlyDictionary<string, IReadOnlyList<T>> defaults)
    {
        reader.Know(path, name, null);
        foreach (var (entry, values) in defaults) KnowEntry(entry, JsonText.List(values.Select(kind.Format)));
        KnowEntry("*", null);

        var here = Join(path, name);
        var result = new Dictionary<string, IReadOnlyList<T>>(StringComparer.OrdinalIgnoreCase);
        if (isProbe || !parser.IsSection(here)) return result;
        foreach (var entry in Settings.ChildNames(here))
        {
            reader.Know(here, entry, null);
            if (TryReadList(Join(here, entry), kind, out var values)) result[entry] = values;
        }

        return result;

        void KnowEntry(string entry, string? shownDefault) =>
            reader.Know(Join(path, name), entry, ListKey($"{Display(name)}.{entry}", kind, shownDefault, isRequired: false));
    }

    /// <summary>A section that always counts, written or not.</summary>
    public T Child<T>(string name, Func<Section, T> read) => Child(name, read, isOptional);

    /// <summary>A section that counts only where it was written.</summary>
    public T? OptionalChild<T>(string name, Func<Section, T> read)
        where T : class
    {
        var value = Child(name, read, isOptional: true);
        if (!IsSet(name)) return null;
        if (!HasValues(name)) reader.Readings.Add(new KeyReading(Join(path, name), "{}"));
        return value;
    }

    /// <summary>A list of sections.</summary>
    public IReadOnlyList<T> Children<T>(string name, Func<Section, T> read)
    {
        Know(name, KnownKey.ListOfSections, SectionsExpected, "[]");
        read(new Section(reader, Join(path, name) + ":*", Display(name) + "[]", isProbe: true, isOptional: true));
        var here = Join(path, name);
        if (isProbe || !parser.IsList(here, $"expected {SectionsExpected}")) return [];
        var items = new List<T>();
        foreach (var index in Settings.ChildNames(here))
        {
            reader.Know(here, index, null);
            var element = Join(here, index);
            items.Add(read(new Section(reader, element, Display(name) + "[]", !parser.IsSection(element), isOptional: true)));
        }

        return items;
    }

    /// <summary>A key that one would expect here, and the reason why there is none.</summary>
    public void Never(string name, string message)
    {
        reader.KnowAbsent(path, name);
        if (IsSet(name)) Complain(name, message);
    }

    /// <summary>Reports a mistake in a key, or in one of its elements <c>name:0</c>, with its value when that is a single one.</summary>
    public void Complain(string name, string message) => Report(reader.Errors, name, message);

    /// <summary>As <see cref="Complain"/>, for what works, but perhaps not as meant.</summary>
    public void Warn(string name, string message) => Report(reader.Warnings, name, message);

    /// <summary>Warns of a secret file that is not the daemon's own.</summary>
    /// <param name="file">Null: none was named.</param>
    public void WarnOfReaders(string name, string? file)
    {
        if (file is not null && FileChecks.CanOthersRead(file)) Warn(name, $"every user of this machine can read it: chmod o-rwx {file}");
    }

    /// <summary>The name of a list's element, as <see cref="Complain"/> takes it.</summary>
    public static string Element(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}:{index}");

    public static string Join(string section, string name) => section.Length == 0 ? name : name.Length == 0 ? section : $"{section}:{name}";

    private void Report(List<Problem> problems, string name, string message)
    {
        if (isProbe) return;
        var here = Join(path, name);
        var around = here[..Math.Max(0, here.LastIndexOf(':'))];
        if (Settings.TryFind(here, out var setting))
        {
            problems.Add(new Problem(setting.Origin, here, setting.Value, message));
        }
        else if (Settings.TryFind(around, out var whole) && whole.Value is not null)
        {
            // An element of a list that was set whole, by a variable or an argument.
            problems.Add(new Problem(whole.Origin, around, whole.Value, message));
        }
        else
        {
            problems.Add(new Problem(Settings.NearestOrigin(here), here, null, message));
        }
    }

    private bool IsSingle(string name) =>
        !isProbe && Settings.TryFind(Join(path, name), out var setting) &&
        setting.Origin.Form is not (SettingForm.List or SettingForm.Untyped);

    private KnownKey ListKey<T>(string name, ValueKind<T> kind, string? shownDefault, bool isRequired) =>
        new(name, $"list of {kind.Name}", $"a list, each {kind.Expected}", shownDefault, isRequired, isOptional);

    private T Child<T>(string name, Func<Section, T> read, bool isOptional)
    {
        reader.Know(path, name, null);
        var here = Join(path, name);
        return read(new Section(reader, here, Display(name), isProbe || !parser.IsSection(here), isOptional));
    }

    private string Display(string name) => pattern.Length == 0 ? name : $"{pattern}.{name}";

    private void Know(string name, string kind, string expected, string? shownDefault, bool isRequired = false) =>
        reader.Know(path, name, new KnownKey(Display(name), kind, expected, shownDefault, isRequired, isOptional));

    private bool TryRead<T>(string name, ValueKind<T> kind, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        return !isProbe && parser.TryRead(Join(path, name), kind, out value);
    }

    private bool TryReadList<T>(string here, ValueKind<T> kind, [NotNullWhen(true)] out IReadOnlyList<T>? values)
    {
        values = null;
        return !isProbe && parser.TryReadList(here, kind, out values);
    }
}
