using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap;

/// <summary>What <c>policydaemon doctor</c> sees of real servers.</summary>
public sealed class LdapExaminerTests : StackTests
{
    /// <summary>Slowness is not what is looked for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private SlapdServer slapd = null!;

    protected override async ValueTask PrepareAsync() => slapd = await SlapdServer.StartAsync(Root);

    [Fact]
    public async Task Server_as_it_should_be_has_nothing_wrong_and_tells_when_its_certificate_ends()
    {
        Assert.Equal(new(slapd.Url), await ExamineAsync());

        LdapExamination encrypted = await ExamineAsync(options => options with { Urls = [SlapdAccess.Url(slapd.TlsUrl)] });
        Assert.InRange(encrypted.CertificateEnds!.Value, DateTimeOffset.UtcNow.AddDays(28), DateTimeOffset.UtcNow.AddDays(31));
        Assert.Equal(encrypted.CertificateEnds, (await ExamineAsync(options => options with { StartTls = true })).CertificateEnds);
        Assert.Equal(new(slapd.TlsUrl), encrypted with { CertificateEnds = null });
    }

    [Fact]
    public async Task Limit_of_slapd_is_seen_when_it_cuts_and_not_before_and_so_is_a_missing_overlay()
    {
        await slapd.RestartAsync(options => options with { SizeLimit = "1000", HasSyncProvider = false });
        LdapExamination seen = await ExamineAsync();
        Assert.Equal((false, false), (seen.IsLimited, seen.IsCutOff));
        Assert.StartsWith("unavailableCriticalExtension (12)", seen.SyncFault, StringComparison.Ordinal);

        await slapd.RestartAsync(options => options with { SizeLimit = "3", HasSyncProvider = true });
        Assert.Equal(new(slapd.Url) { IsLimited = true, IsCutOff = true }, await ExamineAsync());
    }

    [Fact]
    public async Task Passwords_that_can_be_read_are_seen_by_whom()
    {
        await slapd.RestartAsync(options => options with { Access = $"access to * by dn.exact=\"{ServiceDn}\" read by anonymous auth by * none" });
        Assert.Equal(new(slapd.Url) { ShowsPasswords = true }, await ExamineAsync());

        await slapd.RestartAsync(options => options with { Access = "access to * by * read" });
        Assert.Equal(new(slapd.Url) { ShowsPasswords = true, ShowsPasswordsToAll = true }, await ExamineAsync());
    }

    [Fact]
    public async Task Hidden_accounts_a_wrong_base_and_a_server_that_is_away_are_told_apart()
    {
        await slapd.RestartAsync(options => options with { Access = SlapdOptions.HideEverything });
        Assert.True((await ExamineAsync(options => options with { BaseDn = People })).IsEmpty);

        await slapd.RestartAsync(options => options with { Access = SlapdOptions.ShowPeople });
        Assert.StartsWith("noSuchObject (32)", (await ExamineAsync(options => options with { BaseDn = $"ou=nowhere,{Suffix}" })).SearchFault, StringComparison.Ordinal);
        Assert.StartsWith("TLS: ", (await ExamineAsync(options => options with { StartTls = true, CaFile = Root.Certificates.OtherAuthorityFile })).Unreachable, StringComparison.Ordinal);

        await slapd.StopAsync();
        Assert.StartsWith("connect: ", (await ExamineAsync()).Unreachable, StringComparison.Ordinal);
    }

    private async Task<LdapExamination> ExamineAsync(Func<LdapOptions, LdapOptions>? change = null)
    {
        LdapOptions options = SlapdAccess.Options(Root, slapd) with { Timeout = Patience, ConnectTimeout = Patience };
        return Assert.Single(await new LdapExaminer(change is null ? options : change(options), TimeProvider.System).ExamineAsync(TestContext.Current.CancellationToken));
    }
}
