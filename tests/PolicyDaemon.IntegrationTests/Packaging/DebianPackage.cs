using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Machines;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.IntegrationTests.Packaging;

/// <summary>The package as <c>make deb</c> builds it, but not compressed; built once for all tests of a run.</summary>
internal static class DebianPackage
{
    /// <summary>The runtime may have to be fetched, and the machine may be busy.</summary>
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(15);

    private static readonly Lazy<Task<string>> Built = new(BuildAsync);

    /// <summary>The directory whose content is the package's.</summary>
    public static string Tree => Checkout.PathOf("artifacts", "package", "tree");

    /// <summary>Path of the package.</summary>
    public static Task<string> GetAsync() => Built.Value;

    /// <summary>Installs it as an administrator does who has it in a file.</summary>
    public static async Task InstallAsync(DebianMachine machine)
    {
        File.Copy(await GetAsync(), machine.PathOf("/tmp/policydaemon.deb"), overwrite: true);
        (await machine.RunAsync(["dpkg", "--install", "/tmp/policydaemon.deb"], "", TimeSpan.FromMinutes(5))).EnsureSuccess();
    }

    /// <summary>Installs the same as a later version.</summary>
    public static async Task UpgradeAsync(DebianMachine machine)
    {
        const string Script = """
            cd /tmp
            dpkg-deb --raw-extract policydaemon.deb later
            sed -i 's/^Version:.*/Version: 99/' later/DEBIAN/control
            dpkg-deb --root-owner-group -Znone --build later policydaemon.deb
            rm -r later
            dpkg --install policydaemon.deb
            """;
        (await machine.RunAsync(["sh", "-ec", Script], "", TimeSpan.FromMinutes(5))).EnsureSuccess();
    }

    private static async Task<string> BuildAsync()
    {
        CommandResult build = await Command.RunAsync(Checkout.PathOf("scripts", "build-package"), ["none"], limit: BuildLimit);
        return Checkout.PathOf(build.EnsureSuccess().Output.Trim());
    }
}
