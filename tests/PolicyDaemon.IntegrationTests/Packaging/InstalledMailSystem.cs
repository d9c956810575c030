using PolicyDaemon.MailStack.Machines;
using PolicyDaemon.MailStack.Smtp;

namespace PolicyDaemon.IntegrationTests.Packaging;

/// <summary>A Debian with the package on it, put between Postfix and its clients as the documentation says: submission on port 587, with the daemon's logins.</summary>
internal static class InstalledMailSystem
{
    public const string Alice = "alice@truenorth.local";
    public const string Password = "correct horse";

    /// <summary>A user of the machine itself, so that mail for bob arrives without any of ours.</summary>
    public const string Bob = "bob@mail.truenorth.local";

    private const string Configuration = """
        {
          "listen": { "sasl": ["unix:/var/spool/postfix/policydaemon/sasl.sock"] },
          "checks": { "recipientExistence": { "mode": "observe" } }
        }
        """;

    /// <summary>The test speaks without TLS; everything else of the service is as shipped.</summary>
    private const string PasteScript = """
        cd /usr/share/policydaemon/postfix-snippets/$1
        cp -a /etc/postfix /var/tmp/postfix.before
        cat main.cf sasl.main.cf >> /etc/postfix/main.cf
        printf 'submission inet n - y - - smtpd\n  -o smtpd_tls_auth_only=no\n' | cat - submission.master.cf >> /etc/postfix/master.cf
        useradd --create-home bob
        systemctl restart postfix
        """;

    /// <summary>As docs/systemd.md says it.</summary>
    private const string EnableScript = """
        systemctl enable policydaemon-sasl.socket
        systemctl stop 'policydaemon-*.socket' policydaemon.service
        systemctl start sockets.target policydaemon.service
        """;

    /// <param name="postfix">Version of the snippets.</param>
    public static async Task SetUpAsync(DebianMachine machine, string postfix)
    {
        await File.WriteAllTextAsync(machine.PathOf("/etc/policydaemon/policydaemon.json"), Configuration);
        (await machine.RunAsync("sh", "-ec", EnableScript)).EnsureSuccess();
        (await machine.RunAsync("policydaemon", "domain", "add", "truenorth.local")).EnsureSuccess();
        (await machine.RunAsync(["policydaemon", "account", "add", Alice, "--scheme", "SHA512-CRYPT"], Password)).EnsureSuccess();
        (await machine.RunAsync("sh", "-ec", PasteScript, "paste", postfix)).EnsureSuccess();
    }

    /// <summary>Postfix's configuration as it was before.</summary>
    public static async Task UndoAsync(DebianMachine machine) =>
        (await machine.RunAsync("sh", "-ec", "userdel --remove bob 2>/dev/null; rm -r /etc/postfix; mv /var/tmp/postfix.before /etc/postfix; systemctl restart postfix")).EnsureSuccess();

    public static async Task<SmtpDialog> LogInAsync(DebianMachine machine)
    {
        SmtpDialog client = await machine.OpenSmtpAsync(587);
        (await client.AuthenticateAsync(Alice, Password)).EnsureSuccess();
        return client;
    }
}
