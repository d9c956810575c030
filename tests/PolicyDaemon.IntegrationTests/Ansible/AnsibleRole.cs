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

    private const string EntranceWithoutSystemd = "enter-without-systemd";

    private readonly AnsibleProgram ansible;
    private readonly string directory;
    private readonly string inventory;

    /// <param name="variables">Of the role.</param>
    public AnsibleRole(DebianMachine machine, JsonObject variables)
    {
        ansible = new(machine.Scratch);
        directory = machine.Scratch;
        inventory = Path.Combine(machine.Scratch, "inventory.json");

        // Ansible enters a directory by chroot(8); this one has processes and a network of its own.
        string enter = WriteEntrance("enter", string.Join(' ', machine.Launcher));
        WriteEntrance(EntranceWithoutSystemd, $"{string.Join(' ', machine.Launcher)} unshare --mount sh -c 'mount -t tmpfs tmpfs /run/systemd && exec \"$@\"' enter");
        JsonObject host = new()
        {
            ["ansible_connection"] = "community.general.chroot", ["ansible_host"] = machine.PathOf("/"), ["ansible_chroot_exe"] = enter,
            ["ansible_python_interpreter"] = "/usr/bin/python3", ["ansible_remote_tmp"] = "/tmp/ansible",
        };
        foreach ((string name, JsonNode? value) in variables) host[name] = value?.DeepClone();
        File.WriteAllText(inventory, new JsonObject { ["mail"] = new JsonObject { ["hosts"] = new JsonObject { ["debian"] = host } } }.ToJsonString());
    }

    /// <summary>Runs the playbook where systemd cannot be seen, as while a container is built.</summary>
    /// <returns>How many tasks changed something.</returns>
    public Task<int> ApplyWithoutSystemdAsync() => ApplyAsync("-e", $"ansible_chroot_exe={Path.Combine(directory, EntranceWithoutSystemd)}");

    /// <summary>Runs one file of tasks, after the look at the machine; it must fail.</summary>
    /// <returns>What Ansible said.</returns>
    public async Task<string> FailAsync(string tasks, params string[] options)
    {
        string playbook = Path.Combine(directory, "tasks.yml");
        await File.WriteAllTextAsync(playbook, $"""
            - hosts: mail
              gather_facts: false
              tasks:
                - include_role: {"{"}name: policydaemon, tasks_from: look.yml{"}"}
                - include_role: {"{"}name: policydaemon, tasks_from: {tasks}{"}"}
            """);
        CommandResult run = await ansible.RunAsync("ansible-playbook", ["-i", inventory, playbook, .. options], Limit);
        Assert.NotEqual(0, run.ExitCode);
        return run.Output;
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

    private string WriteEntrance(string name, string command)
    {
        string path = Path.Combine(directory, name);
        File.WriteAllText(path, $"#!/bin/sh\nshift\nexec {command} \"$@\"\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    [GeneratedRegex(@"^debian .* changed=(?<count>\d+) ", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Changed();
}
