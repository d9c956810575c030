using System.Text.Json.Nodes;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Machines;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.IntegrationTests.Ansible.AdministeredServer;

namespace PolicyDaemon.IntegrationTests.Ansible;

/// <summary>The role with what <c>make publish</c> gives, on a fresh Debian 12 with its own Postfix, Dovecot and systemd: applied, in use, removed.</summary>
public sealed class PublishedRoleTests
{
    /// <summary>What neither Postfix nor Dovecot takes, though postconf has nothing against it.</summary>
    private const string Spoil = "cp /etc/postfix/main.cf /root; printf '\\nmail_owner = nobody-at-all\\n' >> /etc/postfix/main.cf; echo 'no_such_setting = yes' >> /etc/dovecot/local.conf";

    private const string Mend = "cat /root/main.cf > /etc/postfix/main.cf; rm /root/main.cf; sed -i /no_such_setting/d /etc/dovecot/local.conf";

    [Fact]
    public async Task Role_is_applied_and_a_toggle_stops_mail_and_nothing_is_left_when_it_is_removed()
    {
        await using DebianMachine machine = await DebianMachine.StartAsync("bookworm");
        await PublishedDaemon.InstallRuntimeAsync(machine);
        File.Copy("/usr/bin/promtool", machine.PathOf("/usr/bin/promtool"));
        await SetUpAsync(machine);
        FileListing before = await machine.ListFilesAsync();
        AnsibleRole role = new(machine, Variables(PublishedDaemon.Publish(machine)));

        Assert.NotEqual(0, await role.ApplyAsync("--check"));
        Assert.Empty((await machine.ListFilesAsync()).ChangesSince(before, Exempt));

        Assert.NotEqual(0, await role.ApplyAsync());
        Assert.Equal(0, await role.ApplyAsync());
        await AssertInstalledAsync(machine);
        await AssertToggledAsync(machine);
        await AssertPutBackAsync(machine, role);
        await AssertAskedByLuaAsync(machine, role);

        Assert.NotEqual(0, await role.ApplyAsync("-e", "policydaemon_state=absent"));
        Assert.Empty((await machine.ListFilesAsync()).ChangesSince(before, Exempt));
        Assert.NotEqual(0, (await machine.RunAsync("id", "policydaemon")).ExitCode);
        Assert.False(Directory.Exists(machine.PathOf("/var/spool/postfix/policydaemon")));
        Assert.Equal(0, (await machine.RunAsync("test", "!", "-L", "/run/dovecot/auth-master")).ExitCode);
    }

    private static JsonObject Variables(string published) => new()
    {
        ["policydaemon_published"] = published, ["policydaemon_sasl"] = true, ["policydaemon_milter"] = true, ["policydaemon_lmtp"] = true, ["policydaemon_dovecot"] = "direct",
        ["policydaemon_fail2ban"] = true, ["policydaemon_prometheus_rules"] = "/etc/prometheus",
        ["policydaemon_config"] = new JsonObject
        {
            ["directory"] = new JsonObject { ["sqlite"] = new JsonObject { ["path"] = "/var/lib/policydaemon/policydaemon.db" } },
            ["userdb"] = new JsonObject { ["uid"] = "vmail", ["gid"] = "vmail", ["home"] = "/var/vmail/{domain}/{local}", ["mail"] = "maildir:~/Maildir" },
        },
    };

    private static async Task AssertInstalledAsync(DebianMachine machine)
    {
        Assert.Equal("active\n", (await machine.RunAsync("systemctl", "is-active", "policydaemon.service")).Output);
        CommandResult verified = await machine.RunAsync("systemd-analyze", "verify", "--man=no", "policydaemon.service");
        Assert.DoesNotContain("policydaemon", verified.Error, StringComparison.Ordinal);
        foreach (string unit in (string[])["policydaemon.service", "policydaemon-policy.socket", "policydaemon-login.socket"])
            Assert.Equal(await ReadAsync(Checkout.PathOf("packaging", "systemd", unit)), await ReadAsync(machine.PathOf($"/etc/systemd/system/{unit}")));

        Assert.Equal("/run/policydaemon/userdb.sock\n", (await machine.RunAsync("readlink", "/run/dovecot/auth-master")).Output);
        Assert.Equal(await ReadAsync(Checkout.PathOf("docs", "fail2ban", "jail.d", "policydaemon.conf")), await ReadAsync(machine.PathOf("/etc/fail2ban/jail.d/policydaemon.conf")));
        Assert.Equal(await ReadAsync(Checkout.PathOf("docs", "monitoring", "policydaemon.rules.yml")), await ReadAsync(machine.PathOf("/etc/prometheus/policydaemon.rules.yml")));
        Assert.True(File.Exists(machine.PathOf("/run/fail2ban.reloaded")));
        Assert.True(File.Exists(machine.PathOf("/run/prometheus.reloaded")));
    }

    /// <summary>What Postfix and Dovecot refuse is not put into force, and their files are as they were.</summary>
    private static async Task AssertPutBackAsync(DebianMachine machine, AnsibleRole role)
    {
        (await machine.RunAsync("sh", "-ec", Spoil)).EnsureSuccess();
        string[] files = ["/etc/postfix/main.cf", "/etc/postfix/master.cf", "/etc/dovecot/dovecot.conf", "/etc/dovecot/conf.d/10-auth.conf"];
        string before = (await machine.RunAsync(["sha256sum", .. files], "")).Output;
        string running = (await machine.RunAsync("systemctl", "show", "--property=MainPID", "dovecot")).Output;

        Assert.Contains("Postfix keeps the configuration that it had", await role.FailAsync("postfix.yml", "-e", """{"policydaemon_milter": false}"""), StringComparison.Ordinal);
        Assert.Contains("Dovecot keeps the configuration that it had", await role.FailAsync("dovecot.yml", "-e", "policydaemon_dovecot=none"), StringComparison.Ordinal);

        Assert.Equal(before, (await machine.RunAsync(["sha256sum", .. files], "")).Output);
        Assert.Equal(running, (await machine.RunAsync("systemctl", "show", "--property=MainPID", "dovecot")).Output);
        (await machine.RunAsync("sh", "-ec", Mend)).EnsureSuccess();
    }

    /// <summary>From one way in which Dovecot asks to another.</summary>
    private static async Task AssertAskedByLuaAsync(DebianMachine machine, AnsibleRole role)
    {
        Assert.NotEqual(0, await role.ApplyAsync("-e", "policydaemon_dovecot=lua"));

        string secret = await ReadAsync(machine.PathOf("/etc/policydaemon/auth-secret"));
        Assert.Equal(64, secret.Length);
        Assert.Equal(secret, await ReadAsync(machine.PathOf("/etc/dovecot/policydaemon-secret")));
        Assert.Equal(0, (await machine.RunAsync("test", "!", "-L", "/run/dovecot/auth-master")).ExitCode);
        Assert.True(await IsLetInAsync(machine, Bob, $"{Bob}-pw"));
        Assert.False(await IsLetInAsync(machine, Bob, "wrong"));
    }
}
