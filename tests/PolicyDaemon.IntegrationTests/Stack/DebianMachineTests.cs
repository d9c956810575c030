using PolicyDaemon.MailStack.Machines;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Stack;

/// <summary>A fresh Debian is a mail server as its packages make it, and tells what has changed on it.</summary>
public sealed class DebianMachineTests
{
    [Theory]
    [InlineData("bookworm", "3.7.")]
    [InlineData("trixie", "3.10.")]
    public async Task Fresh_debian_takes_mail_and_tells_each_file_that_has_changed(string suite, string postfix)
    {
        await using DebianMachine machine = await DebianMachine.StartAsync(suite);
        Assert.StartsWith(postfix, (await machine.RunAsync("postconf", "-h", "mail_version")).EnsureSuccess().Output, StringComparison.Ordinal);
        Assert.Equal("active\nactive\n", (await machine.RunAsync("systemctl", "is-active", "dovecot", "postfix")).Output);

        (await machine.RunAsync("useradd", "--create-home", "bob")).EnsureSuccess();
        FileListing before = await machine.ListFilesAsync();
        await using (SmtpDialog client = await machine.OpenSmtpAsync())
            Assert.Equal(250, (await client.SubmitAsync("alice@client.example", "bob@mail.truenorth.local")).Code);
        await Wait.UntilAsync(() => File.Exists(machine.PathOf("/var/mail/bob")), "the message has arrived");
        (await machine.RunAsync("sh", "-c", "echo localhost > /etc/hostname; chmod 600 /etc/hosts; rm /etc/os-release")).EnsureSuccess();

        IReadOnlyList<string> changes = (await machine.ListFilesAsync()).ChangesSince(before, ["/var/log", "/var/lib", "/var/spool/postfix", "/var/cache"]);
        Assert.Collection(
            changes,
            line => Assert.StartsWith("+ /var/mail/bob f 600 ", line, StringComparison.Ordinal),
            line => Assert.StartsWith("- /etc/os-release l 777 0:0 ../usr/lib/os-release", line, StringComparison.Ordinal),
            line => Assert.StartsWith("~ /etc/hostname f ", line, StringComparison.Ordinal),
            line => Assert.StartsWith("~ /etc/hosts f 644 0:0 ", line, StringComparison.Ordinal));
    }
}
