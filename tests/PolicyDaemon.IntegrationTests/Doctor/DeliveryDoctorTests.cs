using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PolicyDaemon.Doctor;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Doctor;

/// <summary>The doctor with real postconf, doveconf, id and stat of both Debians, on the shipped lines for delivery and on worse ones; no server runs.</summary>
public sealed class DeliveryDoctorTests : StackTests
{
    /// <summary>There is no milter here that would see what sendmail(1) brings.</summary>
    private const string FewMaySend = "authorized_submit_users = !www-data, static:all\n";

    private readonly List<Socket> sockets = [];
    private DebianSystem debian = DebianSystem.Host;

    public static TheoryData<string, string> Versions => new() { { "3.7", "2.3" }, { "3.10", "2.4" } };

    private string Queue => Root.PathOf("spool");

    private string MailStore => Root.PathOf("dovecot", "lmtp");

    protected override ValueTask ReleaseAsync()
    {
        foreach (Socket socket in sockets) socket.Dispose();
        return default;
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Shipped_lines_leave_nothing_to_find(string postfix, string dovecot)
    {
        await WriteAsync(postfix, dovecot, FewMaySend + Read("postfix-snippets", postfix, "lmtp.main.cf"), Read("dovecot-snippets", dovecot, "lmtp.conf"));

        Assert.Empty(await FindAsync());
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task What_is_wrong_is_found_and_the_lines_in_the_report_mend_it(string postfix, string dovecot)
    {
        string expired = MakeCertificate(DateTimeOffset.UtcNow.AddDays(-1));
        await WriteAsync(
            postfix, dovecot,
            $"""
            virtual_transport = lmtp:unix:{Queue}/policydaemon/lmtp.sock
            mynetworks = 127.0.0.0/8 0.0.0.0/0
            smtpd_authorized_xclient_hosts = 192.0.2.7
            smtpd_tls_chain_files = {expired}
            enable_long_queue_ids = no
            """,
            $$"""
            login_trusted_networks = 127.0.0.1 198.51.0.0/16
            submission_host =
            service lmtp {
              unix_listener {{Queue}}/private/dovecot-lmtp {
                mode = 0600
              }
            }
            """);
        File.SetUnixFileMode(MailStore, (UnixFileMode)0b110_110_110);

        IReadOnlyList<Finding> findings = await FindAsync();
        Assert.Equal(
            (string[])["delivery-unreachable", "lmtp-line-length", "lmtp-xforward", "lmtp-queue-ids", "mail-store-open", "mail-store-beside", "dovecot-quota-late", "mynetworks-wide",
                "xclient-hosts", "dovecot-trusted-networks", "sendmail-open", "sieve-redirect", "certificate-ends"],
            findings.Select(finding => finding.Id));

        foreach (Finding finding in findings) await MendAsync(finding.Mend);
        File.SetUnixFileMode(MailStore, (UnixFileMode)0b110_110_000);
        File.Copy(MakeCertificate(DateTimeOffset.UtcNow.AddDays(60)), expired, overwrite: true);
        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task Rights_of_the_user_that_the_daemons_sockets_belong_to_are_looked_at()
    {
        await WriteAsync("3.7", "2.3", FewMaySend + Read("postfix-snippets", "3.7", "lmtp.main.cf"), Read("dovecot-snippets", "2.3", "lmtp.conf"));
        (await Command.RunAsync("chown", ["nobody", Path.Combine(Queue, "policydaemon", "policy.sock")])).EnsureSuccess();
        (await Command.RunAsync("chgrp", ["nogroup", MailStore])).EnsureSuccess();
        File.SetUnixFileMode(Path.Combine(Queue, "public"), (UnixFileMode)0b111_001_000);

        Assert.Equal(["queue-unreadable"], (await FindAsync()).Select(finding => finding.Id));

        File.SetUnixFileMode(MailStore, (UnixFileMode)0b110_000_000);
        Assert.Equal(["mail-store-unreachable", "queue-unreadable"], (await FindAsync()).Select(finding => finding.Id));
    }

    private async Task WriteAsync(string postfix, string dovecot, string mainCf, string dovecotConf)
    {
        debian = postfix == "3.10" ? await DebianSystem.GetTrixieAsync() : DebianSystem.Host;
        foreach (string name in (string[])["spool/policydaemon/policy.sock", "spool/policydaemon/lmtp.sock", "spool/public/showq", "dovecot/lmtp"]) Listen(name);
        Directory.CreateDirectory(Root.PathOf("etc"));
        Root.WriteFile("etc/main.cf", $"""
            compatibility_level = 3.6
            queue_directory = {Queue}
            virtual_mailbox_domains = example.org
            smtpd_tls_chain_files = {MakeCertificate(DateTimeOffset.UtcNow.AddDays(90))}
            {Read("postfix-snippets", postfix, "main.cf")}
            {mainCf}

            """);
        Root.WriteFile("etc/master.cf", $"""
            smtp inet n - y - - smtpd
            {Read("postfix-snippets", postfix, "smtp.master.cf")}
            lmtp unix - - y - - lmtp
            pickup unix n - y 60 1 pickup
            cleanup unix n - y - 0 cleanup

            """);
        Root.WriteFile("dovecot.conf", $$"""
            {{(dovecot == "2.4" ? "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1" : "")}}
            base_dir = {{Root.PathOf("dovecot")}}
            protocols = imap lmtp
            mail_plugins = quota
            protocol lmtp {
              mail_plugins = quota sieve
            }
            submission_host = 127.0.0.1:25
            {{dovecotConf}}

            """);
    }

    /// <summary>A socket with the mode and group that Postfix's processes need.</summary>
    private void Listen(string name)
    {
        string path = Root.PathOf(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        sockets.Add(socket);
        File.SetUnixFileMode(path, name == "dovecot/lmtp" ? (UnixFileMode)0b110_110_000 : (UnixFileMode)0b110_110_110);
    }

    private string MakeCertificate(DateTimeOffset end)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=mx.example.org", key, HashAlgorithmName.SHA256).CreateSelfSigned(end.AddYears(-1), end);
        return Root.WriteFile($"mx-{sockets.Count}-{end.Ticks}.pem", certificate.ExportCertificatePem());
    }

    private async Task MendAsync(Mend mend)
    {
        string? file = mend.Place switch { MendPlace.MainCf => "etc/main.cf", MendPlace.DovecotConf => "dovecot.conf", _ => null };
        if (file is not null) await File.AppendAllTextAsync(Root.PathOf(file.Split('/')), string.Join('\n', mend.Lines) + "\n", TestContext.Current.CancellationToken);
    }

    private async Task<IReadOnlyList<Finding>> FindAsync() =>
        Diagnoses.Examine(await new InstallationReader(RunAsync).ReadAsync(
            new()
            {
                PolicyEndpoints = [$"unix:{Queue}/policydaemon/policy.sock"],
                LmtpEndpoints = [$"unix:{Queue}/policydaemon/lmtp.sock"],
                Deadline = TimeSpan.FromSeconds(3),
                Own = new() { Delivery = new([$"unix:{MailStore}"], 8, TimeSpan.FromSeconds(540)), WatchesQueue = true, MailStore = "/var/vmail" },
            },
            TestContext.Current.CancellationToken));

    private async Task<CommandOutput> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (program is not ("postconf" or "doveconf")) return await SystemCommand.RunAsync(program, arguments, cancellationToken);
        CommandResult result = program == "postconf"
            ? await debian.RunAsync(["/usr/sbin/postconf", "-c", Root.PathOf("etc"), .. arguments])
            : await debian.RunAsync(["/usr/bin/doveconf", "-c", Root.PathOf("dovecot.conf"), .. arguments]);
        return new CommandOutput(result.ExitCode, result.Output, result.Error);
    }

    private static string Read(params string[] path) => File.ReadAllText(Checkout.PathOf(path));
}
