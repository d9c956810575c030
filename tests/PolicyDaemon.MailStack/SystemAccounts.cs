using System.Globalization;

namespace PolicyDaemon.MailStack;

/// <summary>Numbers of the system's users and groups, from the account files below one root directory.</summary>
/// <param name="systemRoot"><c>/</c>, or the directory of a chroot, whose numbers are its own.</param>
internal sealed class SystemAccounts(string systemRoot)
{
    internal uint UserId(string name) => FindId("passwd", name);

    internal uint GroupId(string name) => FindId("group", name);

    /// <summary>The third field of the line that begins with the name; passwd(5), group(5).</summary>
    private uint FindId(string file, string name)
    {
        string path = Path.Combine(systemRoot, "etc", file);
        string line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.Ordinal))
            ?? throw new InvalidOperationException(
                $"{path} has no '{name}': the Debian packages of the tests are missing, run scripts/install-test-packages");
        return uint.Parse(line.Split(':')[2], CultureInfo.InvariantCulture);
    }
}
