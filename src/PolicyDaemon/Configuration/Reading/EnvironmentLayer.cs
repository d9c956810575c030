namespace PolicyDaemon.Configuration.Reading;

/// <summary>Settings from environment variables: <c>POLICYDAEMON__DIRECTORY__LDAP__STALEFOR=1h</c>.</summary>
internal sealed class EnvironmentLayer : Layer
{
    public const string Prefix = "POLICYDAEMON__";

    /// <summary>Behind every line of a file, before every argument.</summary>
    private const int Order = int.MaxValue - 1;

    public EnvironmentLayer(IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (name, value) in environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || name.Length == Prefix.Length) continue;
            var path = name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal);
            var origin = new SettingOrigin($"environment variable {name}", Order, SettingForm.Untyped);
            if (!TryAdd(path, value, origin)) Problems.Add(new Problem(origin, path, null, "is set twice: expected once"));
        }
    }
}
