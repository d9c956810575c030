using System.Text.RegularExpressions;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>
/// Finds secrets that were written where they do not belong. A file of its own is the only place for one: the configuration is shown by
/// <c>show-config</c>, arguments by ps(1), the environment by <c>/proc</c> and systemctl(1).
/// </summary>
internal static partial class Secrets
{
    private const RegexOptions Matching = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>A setting whose very name says that its value is a secret.</summary>
    public static bool IsSecretName(string name) =>
        !name.EndsWith("File", StringComparison.OrdinalIgnoreCase) && SecretName().IsMatch(name);

    /// <summary>A value with a secret inside: <c>Host=db;Password=…</c>, <c>ldap://cn=x:secret@host</c>.</summary>
    public static bool IsSecretValue(string value) => SecretInValue().IsMatch(value);

    /// <summary>The text, unless it has a secret in it.</summary>
    public static string Hide(string text) => IsSecretValue(text) ? "…" : text;

    [GeneratedRegex("(password|passwd|passphrase|secret|token|credential)s?$", Matching)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"\b(password|passwd|pwd|passphrase|secret)\s*=|://[^/@\s]*:[^/@\s]*@", Matching)]
    private static partial Regex SecretInValue();
}
