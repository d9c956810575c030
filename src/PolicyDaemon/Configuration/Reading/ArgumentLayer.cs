namespace PolicyDaemon.Configuration.Reading;

/// <summary>Settings from the command line: <c>--store sqlite</c>, <c>--directory:ldap:staleFor=1h</c>.</summary>
internal sealed class ArgumentLayer : Layer
{
    private const int Order = int.MaxValue;

    public ArgumentLayer(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal) || argument.Length == 2)
            {
                Problems.Add(new Problem(Origin(Secrets.Hide(argument)), "", null, "expected --key value or --key=value"));
                continue;
            }

            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument : argument[..equals];
            if (equals < 0 && i + 1 == arguments.Count) Complain(name, "expected a value behind it");
            else Add(name, equals < 0 ? arguments[++i] : argument[(equals + 1)..]);
        }
    }

    private static SettingOrigin Origin(string name) => new($"argument {name}", Order, SettingForm.Untyped);

    /// <summary>
    /// Messages show keys with dots, so dots are taken too. Behind a first word that ends with a colon they are part of a name; no first
    /// word has one itself.
    /// </summary>
    private static string Path(string name)
    {
        var path = name[2..];
        return path.Split(':')[0].Contains('.', StringComparison.Ordinal) ? path.Replace('.', ':') : path;
    }

    private void Add(string name, string value)
    {
        if (!TryAdd(Path(name), value, Origin(name))) Complain(name, "is given twice: expected once");
    }

    private void Complain(string name, string message) => Problems.Add(new Problem(Origin(name), Path(name), null, message));
}
