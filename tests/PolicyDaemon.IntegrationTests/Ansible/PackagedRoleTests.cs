using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Packaging;
using PolicyDaemon.MailStack.Machines;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.IntegrationTests.Ansible.AdministeredServer;

namespace PolicyDaemon.IntegrationTests.Ansible;

/// <summary>
/// The role with the package, on a fresh Debian 13 with postscreen and PostgreSQL: first where systemd does not run, as while a container is built; then started, in use,
/// removed but for the data, and removed.
/// </summary>
public sealed class PackagedRoleTests
{
    private const string Prepare = """
        pg_createcluster --start "$(ls /usr/lib/postgresql)" main
        sed -i 's/^smtp  .*smtpd$/smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd/' /etc/postfix/master.cf
        postfix reload
        useradd carol
        echo carol:carol-pw | chpasswd
        """;

    private const string Boot = """
        systemctl daemon-reload
        systemctl restart postfix dovecot
        systemctl start sockets.target multi-user.target
        """;

    private const string Credential = """
        (umask 077; echo 'a secret that root has' > /etc/policydaemon/credentials/postgres)
        runuser -u postgres -- psql -Xq -c "ALTER ROLE policydaemon PASSWORD 'a secret that root has'"
        cat > /etc/systemd/system/policydaemon.service.d/credential.conf <<'END'
        [Service]
        Environment=POLICYDAEMON__DIRECTORY__POSTGRES__CONNECTIONSTRING=Host=127.0.0.1;Username=policydaemon;Database=policydaemon
        Environment=POLICYDAEMON__DIRECTORY__POSTGRES__PASSWORDFILE=/run/credentials/policydaemon.service/policydaemon_postgres
        END
        systemctl daemon-reload
        systemctl restart policydaemon
        """;

    private static readonly string[] NotOurs = [.. Exempt, "/var/lib/postgresql", "/var/lib/dpkg", "/var/lib/apt"];

    [Fact]
    public async Task Package_is_put_into_a_system_that_does_not_run_works_when_it_does_and_nothing_is_left_when_it_is_removed()
    {
        await using DebianMachine machine = await DebianMachine.StartAsync("trixie");
        await SetUpAsync(machine);
        (await machine.RunAsync("sh", "-ec", Prepare)).EnsureSuccess();
        FileListing before = await machine.ListFilesAsync();
        AnsibleRole role = new(machine, Variables(await DebianPackage.GetAsync()));

        Assert.NotEqual(0, await role.ApplyWithoutSystemdAsync());
        Assert.Equal("inactive\n", (await machine.RunAsync("systemctl", "is-active", "policydaemon.service")).Output);
        (await machine.RunAsync("sh", "-ec", Boot)).EnsureSuccess();
        Assert.Equal(0, await role.ApplyAsync());
        await AssertInstalledAsync(machine);
        await AssertToggledAsync(machine);
        await AssertStoreIsUsedAsync(machine);
        await AssertSecretIsACredentialAsync(machine);
        await AssertAskedForThePolicyAsync(machine, role);

        Assert.NotEqual(0, await role.ApplyAsync("-e", "policydaemon_state=absent", "-e", "policydaemon_keep_data=true"));
        Assert.True(File.Exists(machine.PathOf("/var/lib/policydaemon/policydaemon.db")));
        Assert.Equal("1\n", await CountAsync(machine, "pg_database WHERE datname = 'policydaemon'"));

        Assert.NotEqual(0, await role.ApplyAsync("-e", "policydaemon_state=absent", "-e", "policydaemon_drop_database=true"));
        Assert.Empty((await machine.ListFilesAsync()).ChangesSince(before, NotOurs));
        Assert.NotEqual(0, (await machine.RunAsync("id", "policydaemon")).ExitCode);
        Assert.False(Directory.Exists(machine.PathOf("/var/spool/postfix/policydaemon")));
        Assert.Equal("0\n", await CountAsync(machine, "pg_database WHERE datname = 'policydaemon'"));
        Assert.Equal("0\n", await CountAsync(machine, "pg_roles WHERE rolname LIKE 'policydaemon%'"));
    }

    private static JsonObject Variables(string package) => new()
    {
        ["policydaemon_package"] = package, ["policydaemon_sasl"] = true, ["policydaemon_lmtp"] = true, ["policydaemon_dovecot"] = "direct", ["policydaemon_postgres_database"] = "policydaemon",
        ["policydaemon_secrets"] = new JsonObject { ["a-secret"] = "hidden" },
        ["policydaemon_config"] = new JsonObject
        {
            ["store"] = "postgres", ["cluster"] = new JsonObject { ["nodes"] = 1 },
            ["directory"] = new JsonObject
            {
                ["sqlite"] = new JsonObject { ["path"] = "/var/lib/policydaemon/policydaemon.db" }, ["postgres"] = new JsonObject { ["mailboxes"] = false },
            },
            ["userdb"] = new JsonObject { ["uid"] = "vmail", ["gid"] = "vmail", ["home"] = "/var/vmail/{domain}/{local}", ["mail"] = "maildir:~/Maildir" },
        },
    };

    private static async Task AssertInstalledAsync(DebianMachine machine)
    {
        Assert.Equal("active\n", (await machine.RunAsync("systemctl", "is-active", "policydaemon.service")).Output);
        Assert.Equal("400 policydaemon hidden\n", (await machine.RunAsync("sh", "-c", "stat -c '%a %U' /etc/policydaemon/a-secret | tr '\\n' ' '; cat /etc/policydaemon/a-secret")).Output);
        string services = (await machine.RunAsync("postconf", "-P")).Output;
        Assert.Contains("smtpd/pass/smtpd_recipient_restrictions", services, StringComparison.Ordinal);
        Assert.DoesNotContain("smtp/inet/smtpd_recipient_restrictions", services, StringComparison.Ordinal);
    }

    /// <summary>A block is in PostgreSQL, where the daemon's own role may write no more than that.</summary>
    private static async Task AssertStoreIsUsedAsync(DebianMachine machine)
    {
        (await RunAsync(machine, "block", Bob, "--reason", "stolen password")).EnsureSuccess();
        Assert.Equal("policydaemon_admin 1\n", await QueryAsync(machine, "SELECT tableowner || ' ' || (SELECT count(*) FROM policydaemon.blocks) FROM pg_tables WHERE tablename = 'blocks'", "policydaemon"));
    }

    /// <summary>Dovecot checks passwords itself, and asks whether somebody is guessing.</summary>
    private static async Task AssertAskedForThePolicyAsync(DebianMachine machine, AnsibleRole role)
    {
        Assert.NotEqual(0, await role.ApplyAsync("-e", "policydaemon_dovecot=auth-policy"));
        string secret = await ReadAsync(machine.PathOf("/etc/policydaemon/auth-secret"));
        Assert.Contains(secret, await ReadAsync(machine.PathOf("/etc/dovecot/policydaemon-auth-policy.conf")), StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:10081/policy", (await machine.RunAsync("doveconf", "-n")).Output, StringComparison.Ordinal);
        Assert.True(await IsLetInAsync(machine, "carol", "carol-pw"));
    }

    /// <summary>A password from <c>/etc/policydaemon/credentials</c>, which only root can read, reaches the daemon: PostgreSQL lets it in over TCP.</summary>
    private static async Task AssertSecretIsACredentialAsync(DebianMachine machine)
    {
        (await machine.RunAsync("sh", "-ec", Credential)).EnsureSuccess();
        await Wait.UntilAsync(async () => await QueryAsync(machine, "SELECT DISTINCT client_addr FROM pg_stat_activity WHERE usename = 'policydaemon'") == "127.0.0.1\n", "the daemon has logged in");
        (await machine.RunAsync("rm", "/etc/systemd/system/policydaemon.service.d/credential.conf")).EnsureSuccess();
    }

    private static Task<string> CountAsync(DebianMachine machine, string rows) => QueryAsync(machine, $"SELECT count(*) FROM {rows}");

    private static async Task<string> QueryAsync(DebianMachine machine, string statement, string database = "postgres") =>
        (await machine.RunAsync("runuser", "-u", "postgres", "--", "psql", "-XAtq", "-c", statement, database)).EnsureSuccess().Output;
}
