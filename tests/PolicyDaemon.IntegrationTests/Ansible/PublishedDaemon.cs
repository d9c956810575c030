using System.Runtime.InteropServices;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Machines;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.IntegrationTests.Ansible;

/// <summary>The daemon as <c>make publish</c> leaves it, made of what was built already; and the runtime that it needs.</summary>
internal static class PublishedDaemon
{
    /// <returns>The directory.</returns>
    public static string Publish(DebianMachine machine)
    {
        string published = Directory.CreateDirectory(Path.Combine(machine.Scratch, "published")).FullName;
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        foreach (string file in Directory.EnumerateFiles(Checkout.PathOf("src", "PolicyDaemon", "bin", configuration, "net10.0")))
            File.Copy(file, Path.Combine(published, Path.GetFileName(file)));
        return published;
    }

    /// <summary>.NET, where its packages put it.</summary>
    public static async Task InstallRuntimeAsync(DebianMachine machine)
    {
        string installed = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        string target = machine.PathOf("/usr/share/dotnet");
        Directory.CreateDirectory(target);
        (await Command.RunAsync("cp", ["-r", Path.Combine(installed, "host"), Path.Combine(installed, "shared"), target])).EnsureSuccess();
    }
}
