using PolicyDaemon.MailStack.Machines;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Ansible;

/// <summary>A mail server as its administrator left it, with rules and comments of its own, and its people: they are made when the daemon is there.</summary>
internal static class AdministeredServer
{
    public const string Alice = "alice@truenorth.local";
    public const string Bob = "bob@truenorth.local";

    /// <summary>What the mail system itself and systemd write while they run; what useradd and userdel leave of the files before them.</summary>
    public static readonly string[] Exempt =
    [
        "/var/log", "/var/tmp", "/var/lib/postfix", "/var/lib/dovecot", "/var/lib/systemd", "/var/spool/postfix", "/var/vmail", "/var/cache",
        "/etc/passwd-", "/etc/shadow-", "/etc/group-", "/etc/gshadow-", "/etc/subuid-", "/etc/subgid-",
    ];

    /// <remarks>The last line of main.cf has no end.</remarks>
    private const string Script = """
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
        mkdir -p /etc/fail2ban/filter.d /etc/fail2ban/jail.d /etc/prometheus
        for service in fail2ban prometheus; do
            printf '%s\n' '[Service]' 'ExecStart=/bin/sleep infinity' "ExecReload=/bin/touch /run/$service.reloaded" > /etc/systemd/system/$service.service
            systemctl start $service
        done
        """;

    /// <summary>The command, wherever it was installed.</summary>
    private static readonly string[] Program = ["env", "PATH=/usr/local/bin:/usr/bin", "policydaemon"];

    public static async Task SetUpAsync(DebianMachine machine) => (await machine.RunAsync("sh", "-c", Script)).EnsureSuccess();

    public static Task<string> ReadAsync(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

    /// <summary>Runs the command <c>policydaemon</c>.</summary>
    public static Task<CommandResult> RunAsync(DebianMachine machine, params string[] arguments) => machine.RunAsync([.. Program, .. arguments], "");

    /// <summary>alice writes to bob, who gets it; then she may not write any more.</summary>
    public static async Task AssertToggledAsync(DebianMachine machine)
    {
        (await RunAsync(machine, "domain", "add", "truenorth.local")).EnsureSuccess();
        foreach (string person in (string[])[Alice, Bob])
            (await machine.RunAsync([.. Program, "account", "add", person], $"{person}-pw\n")).EnsureSuccess();

        Assert.Equal(250, (await SubmitAsync(machine)).Code);
        string mailbox = machine.PathOf("/var/vmail/truenorth.local/bob/Maildir/new");
        await Wait.UntilAsync(() => Directory.Exists(mailbox) && Directory.EnumerateFiles(mailbox).Any(), "the message has arrived");

        (await RunAsync(machine, "account", "set", Alice, "--send-allowed", "false")).EnsureSuccess();
        Assert.StartsWith("554 5.7.1", (await SubmitAsync(machine)).Text, StringComparison.Ordinal);
    }

    /// <summary>Whether Dovecot lets somebody in.</summary>
    public static async Task<bool> IsLetInAsync(DebianMachine machine, string login, string password) =>
        (await machine.RunAsync("doveadm", "auth", "test", "-x", "service=imap", login, password)).ExitCode == 0;

    private static async Task<SmtpServerReply> SubmitAsync(DebianMachine machine)
    {
        await using SmtpDialog dialog = await machine.OpenSmtpAsync(587);
        (await dialog.AuthenticateAsync(Alice, $"{Alice}-pw")).EnsureSuccess();
        return await dialog.SubmitAsync(Alice, Bob);
    }
}
