using System.Text.Json.Nodes;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Machines;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Ansible;

/// <summary>The role on a fresh Debian with its own Postfix, Dovecot and systemd: applied, in use, removed.</summary>
public sealed class AnsibleRoleTests
{
    private const string Alice = "alice@truenorth.local";
    private const string Bob = "bob@truenorth.local";

    /// <summary>What the mail system itself and systemd write while they run; what useradd and userdel leave of the files before them.</summary>
    private static readonly string[] Exempt =
        ["/var/log", "/var/tmp", "/var/lib/postfix", "/var/lib/dovecot", "/var/lib/systemd", "/var/spool/postfix", "/var/vmail", "/var/cache", "/etc/passwd-", "/etc/shadow-", "/etc/group-", "/etc/gshadow-"];

    /// <summary>A mail server as its administrator left it: with rules and comments of its own, and a last line without an end.</summary>
    private const string Administrator = """
        set -e
        useradd --system vmail
        install -d -o vmail -g vmail /var/vmail
        printf '%s\n' 'submission inet n - y - - smtpd' '  -o syslog_name=postfix/submission' '  # until the certificate is there' \
            '  -o smtpd_tls_auth_only=no' '#  -o smtpd_tls_security_level=encrypt' >> /etc/postfix/master.cf
        printf '%s\n' 'mydestination = localhost' 'virtual_mailbox_domains = truenorth.local' 'virtual_transport = lmtp:unix:private/dovecot-lmtp' \
            'smtpd_recipient_restrictions =' '  permit_mynetworks,' '# ours' '  reject_unauth_destination' >> /etc/postfix/main.cf
        printf 'smtpd_milters =' >> /etc/postfix/main.cf
        postfix reload
        if dovecot --version | grep -q '^2\.3'; then
            echo 'mail_location = maildir:~/Maildir'
        else
            printf '%s\n' 'mail_driver = maildir' 'mail_path = ~/Maildir' 'mail_inbox_path = ~/Maildir'
        fi > /etc/dovecot/local.conf
        systemctl restart dovecot
        mkdir -p /etc/fail2ban/filter.d /etc/fail2ban/jail.d
        printf '%s\n' '[Service]' 'ExecStart=/bin/sleep infinity' 'ExecReload=/bin/touch /run/reloaded' > /etc/systemd/system/fail2ban.service
        systemctl start fail2ban
        """;

    [Theory]
    [InlineData("bookworm")]
    [InlineData("trixie")]
    public async Task Role_is_applied_and_a_toggle_stops_mail_and_nothing_is_left_when_it_is_removed(string suite)
    {
        await using DebianMachine machine = await DebianMachine.StartAsync(suite);
        await PublishedDaemon.InstallRuntimeAsync(machine);
        (await machine.RunAsync("sh", "-c", Administrator)).EnsureSuccess();
        FileListing before = await machine.ListFilesAsync();
        AnsibleRole role = new(machine, Variables(PublishedDaemon.Publish(machine)));

        Assert.NotEqual(0, await role.ApplyAsync("--check"));
        Assert.Empty((await machine.ListFilesAsync()).ChangesSince(before, Exempt));

        Assert.NotEqual(0, await role.ApplyAsync());
        Assert.Equal(0, await role.ApplyAsync());
        Assert.Equal("active\n", (await machine.RunAsync("systemctl", "is-active", "policydaemon.service")).Output);
        CommandResult verified = await machine.RunAsync("systemd-analyze", "verify", "--man=no", "policydaemon.service");
        Assert.DoesNotContain("policydaemon", verified.Error, StringComparison.Ordinal);
        foreach (string unit in (string[])["policydaemon.service", "policydaemon-policy.socket", "policydaemon-login.socket"])
            Assert.Equal(await ReadAsync(Checkout.PathOf("packaging", "systemd", unit)), await ReadAsync(machine.PathOf($"/etc/systemd/system/{unit}")));

        Assert.True(File.Exists(machine.PathOf("/run/reloaded")));
        Assert.Equal(await ReadAsync(Checkout.PathOf("docs", "fail2ban", "jail.d", "policydaemon.conf")), await ReadAsync(machine.PathOf("/etc/fail2ban/jail.d/policydaemon.conf")));

        await AssertToggledAsync(machine);
        await AssertAskedOverHttpAsync(machine, role, suite == "trixie" ? "auth-policy" : "lua");

        Assert.NotEqual(0, await role.ApplyAsync("-e", "policydaemon_state=absent"));
        Assert.Empty((await machine.ListFilesAsync()).ChangesSince(before, Exempt));
        Assert.NotEqual(0, (await machine.RunAsync("id", "policydaemon")).ExitCode);
        Assert.False(Directory.Exists(machine.PathOf("/var/spool/postfix/policydaemon")));
    }

    private static Task<string> ReadAsync(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

    /// <summary>From one way in which Dovecot asks to another.</summary>
    private static async Task AssertAskedOverHttpAsync(DebianMachine machine, AnsibleRole role, string way)
    {
        Assert.NotEqual(0, await role.ApplyAsync("-e", $"policydaemon_dovecot={way}"));

        CommandResult read = (await machine.RunAsync("doveconf", "-n")).EnsureSuccess();
        Assert.Contains(way == "lua" ? "/etc/dovecot/policydaemon.lua" : "http://127.0.0.1:10081/policy", read.Output, StringComparison.Ordinal);
        string copy = way == "lua" ? "/etc/dovecot/policydaemon-secret" : "/etc/dovecot/policydaemon-auth-policy.conf";
        string secret = (await machine.RunAsync("cat", "/etc/policydaemon/auth-secret")).Output;
        Assert.Equal(64, secret.Length);
        Assert.Contains(secret, (await machine.RunAsync("cat", copy)).Output, StringComparison.Ordinal);
        Assert.Equal("active\nactive\n", (await machine.RunAsync("systemctl", "is-active", "policydaemon.service", "dovecot.service")).Output);
    }

    private static JsonObject Variables(string published) => new()
    {
        ["policydaemon_published"] = published, ["policydaemon_sasl"] = true, ["policydaemon_milter"] = true, ["policydaemon_lmtp"] = true, ["policydaemon_dovecot"] = "direct",
        ["policydaemon_fail2ban"] = true,
        ["policydaemon_config"] = new JsonObject
        {
            ["directory"] = new JsonObject { ["sqlite"] = new JsonObject { ["path"] = "/var/lib/policydaemon/policydaemon.db" } },
            ["userdb"] = new JsonObject { ["uid"] = "vmail", ["gid"] = "vmail", ["home"] = "/var/vmail/{domain}/{local}", ["mail"] = "maildir:~/Maildir" },
        },
    };

    private static async Task AssertToggledAsync(DebianMachine machine)
    {
        (await machine.RunAsync("/usr/local/bin/policydaemon", "domain", "add", "truenorth.local")).EnsureSuccess();
        foreach (string person in (string[])[Alice, Bob])
            (await machine.RunAsync(["/usr/local/bin/policydaemon", "account", "add", person], $"{person}-pw\n")).EnsureSuccess();

        Assert.Equal(250, (await SubmitAsync(machine)).Code);
        string mailbox = machine.PathOf("/var/vmail/truenorth.local/bob/Maildir/new");
        await Wait.UntilAsync(() => Directory.Exists(mailbox) && Directory.EnumerateFiles(mailbox).Any(), "the message has arrived");

        (await machine.RunAsync("/usr/local/bin/policydaemon", "account", "set", Alice, "--send-allowed", "false")).EnsureSuccess();
        Assert.StartsWith("554 5.7.1", (await SubmitAsync(machine)).Text, StringComparison.Ordinal);
    }

    private static async Task<SmtpServerReply> SubmitAsync(DebianMachine machine)
    {
        await using SmtpDialog dialog = await machine.OpenSmtpAsync(587);
        (await dialog.AuthenticateAsync(Alice, $"{Alice}-pw")).EnsureSuccess();
        return await dialog.SubmitAsync(Alice, Bob);
    }
}
