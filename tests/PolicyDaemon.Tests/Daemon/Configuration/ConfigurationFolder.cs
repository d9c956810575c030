using PolicyDaemon.Configuration;

namespace PolicyDaemon.Tests.Daemon.Configuration;

/// <summary>A folder of one test's own with its configuration file.</summary>
internal sealed class ConfigurationFolder : IDisposable
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("policydaemon-");

    /// <summary>What replaces <c>{folder}</c> in the file.</summary>
    public string Path => folder.FullName;

    public string File => System.IO.Path.Combine(Path, "policydaemon.json");

    /// <summary>Reads a configuration of this text, in which <c>{folder}</c> stands for the folder.</summary>
    public LoadedConfiguration Load(string json, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
    {
        System.IO.File.WriteAllText(File, json.Replace("{folder}", Path, StringComparison.Ordinal));
        return ConfigurationLoader.Load(File, arguments, environment ?? NoEnvironment);
    }

    /// <summary>As <see cref="Load"/>, which must find no mistake.</summary>
    public DaemonOptions LoadGood(string json, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
    {
        var loaded = Load(json, environment, arguments);
        Xunit.Assert.Empty(loaded.Errors);
        return loaded.Options!;
    }

    /// <summary>An example of the documentation with files that exist in the place of those that it names.</summary>
    public string WithFilesOfThisTest(string json) => json
        .Replace("/etc/policydaemon/ldap-password", Write("password", "secret\n"), StringComparison.Ordinal)
        .Replace("/etc/policydaemon/ldap.password", Write("password", "secret\n"), StringComparison.Ordinal)
        .Replace("/etc/ssl/certs/truenorth-ca.pem", Write("ca.pem", TestCertificate.Pem()), StringComparison.Ordinal)
        .Replace("/etc/policydaemon/postgres-password", Write("password", "secret\n"), StringComparison.Ordinal)
        .Replace("/etc/policydaemon/auth-secret", Write("auth-secret", "0123456789abcdef0123456789abcdef\n"), StringComparison.Ordinal)
        .Replace("/etc/policydaemon/webhook-url", Write("url", "https://chat.example.org/hook/s3cret\n"), StringComparison.Ordinal)
        .Replace("/etc/policydaemon/webhook-token", Write("token", "secret\n"), StringComparison.Ordinal)
        .Replace("/etc/policydaemon/ldap-ca.pem", Write("ca.pem", TestCertificate.Pem()), StringComparison.Ordinal)
        .Replace("/var/lib/policydaemon", Path, StringComparison.Ordinal)
        .Replace("/etc/dovecot/users", Write("users", "alice@example.org:x\n"), StringComparison.Ordinal)
        .Replace("/etc/postfix/virtual", Write("virtual", "sales@example.org alice@example.org\n"), StringComparison.Ordinal)
        .Replace("/srv/docker-mailserver/config/", Path + "/", StringComparison.Ordinal)
        .Replace("/etc/aliases", Write("aliases", "root: alice\n"), StringComparison.Ordinal);

    /// <summary>The messages without the folder in front.</summary>
    public IEnumerable<string> Relative(IEnumerable<string> lines) => lines.Select(line => line.Replace(Path + "/", "", StringComparison.Ordinal));

    /// <summary>A file of this content that only its owner can read, or everybody.</summary>
    public string Write(string name, string content, bool isForOthers = false)
    {
        var path = System.IO.Path.Combine(Path, name);
        System.IO.File.WriteAllText(path, content);
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | (isForOthers ? UnixFileMode.OtherRead : UnixFileMode.None));
        return path;
    }

    public void Dispose() => folder.Delete(recursive: true);
}
