using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PolicyDaemon.MailStack.Machines;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Ansible;

/// <summary>The shipped playbook, applied to a machine.</summary>
internal sealed partial class AnsibleRole
{
    /// <summary>For one run, on a machine that has much else to do.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly AnsibleProgram ansible;
    private readonly string inventory;

    /// <param name="variables">Of the role.</param>
    public AnsibleRole(DebianMachine machine, JsonObject variables)
    {
        ansible = new(machine.Scratch);
        inventory = Path.Combine(machine.Scratch, "inventory.json");

        // Ansible enters a directory by chroot(8); this one has processes and a network of its own.
        string enter = Path.Combine(machine.Scratch, "enter");
        File.WriteAllText(enter, $"#!/bin/sh\nshift\nexec {string.Join(' ', machine.Launcher)} \"$@\"\n");
        File.SetUnixFileMode(enter, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        JsonObject host = new()
        {
            ["ansible_connection"] = "community.general.chroot", ["ansible_host"] = machine.PathOf("/"), ["ansible_chroot_exe"] = enter,
            ["ansible_python_interpreter"] = "/usr/bin/python3", ["ansible_remote_tmp"] = "/tmp/ansible",
        };
        foreach ((string name, JsonNode? value) in variables) host[name] = value?.DeepClone();
        File.WriteAllText(inventory, new JsonObject { ["mail"] = new JsonObject { ["hosts"] = new JsonObject { ["debian"] = host } } }.ToJsonString());
    }

    /// <summary>Runs the playbook.</summary>
    /// <returns>How many tasks changed something, or would.</returns>
    public async Task<int> ApplyAsync(params string[] options)
    {
        CommandResult run = await ansible.RunAsync("ansible-playbook", ["-i", inventory, "playbook.yml", "--diff", .. options], Limit);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
        return int.Parse(Changed().Match(run.Output).Groups["count"].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^debian .* changed=(?<count>\d+) ", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Changed();
}
