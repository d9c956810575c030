using System.Text;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.Passwords;

/// <summary>Hashes made on one side and checked on the other, with the real Dovecot.</summary>
public sealed class DoveadmTests : StackTests
{
    private const string Password = "tést 1234 {}$\"'";

    public static TheoryData<PasswordScheme> Schemes => [.. Enum.GetValues<PasswordScheme>()];

    private string Configuration => Root.PathOf("doveadm.conf");

    protected override async ValueTask PrepareAsync() => await File.WriteAllTextAsync(Configuration, "");

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Hash_made_here_is_verified_by_doveadm_and_a_wrong_password_is_not(PasswordScheme scheme)
    {
        var hash = PasswordHash.Create(scheme, Encoding.UTF8.GetBytes(Password));
        var right = await DoveadmAsync("-t", hash.Text, "-p", Password);
        Assert.True(right.ExitCode == 0, right.Error);
        Assert.Contains("(verified)", right.Output, StringComparison.Ordinal);

        var wrong = await DoveadmAsync("-t", hash.Text, "-p", Password + "x");
        Assert.NotEqual(0, wrong.ExitCode);
        Assert.Contains("mismatch", wrong.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Hash_made_by_doveadm_is_verified_here_in_each_of_its_encodings(PasswordScheme scheme)
    {
        foreach (var encoding in new[] { "", ".B64", ".HEX" })
        {
            var made = await DoveadmAsync("-s", PasswordSchemes.NameOf(scheme) + encoding, "-p", Password);
            Assert.True(PasswordHash.TryParse(made.EnsureSuccess().Output.TrimEnd('\n'), out var hash, out var error), $"{made.Output} {error}");
            Assert.True(hash.Verify(Encoding.UTF8.GetBytes(Password)));
            Assert.False(hash.Verify("wrong"u8));
        }
    }

    /// <summary>Schemes that are only checked here, never made.</summary>
    public static TheoryData<string> OtherSchemes =>
    [
        "CRYPT", "MD5-CRYPT", "MD5", "DES-CRYPT", "ARGON2I", "SSHA", "SSHA256", "SHA", "SHA1", "SHA256", "SHA512", "SMD5", "LDAP-MD5", "PLAIN-MD5", "PLAIN-MD4",
        "PBKDF2", "SCRAM-SHA-1", "SCRAM-SHA-256", "CLEAR", "CLEARTEXT",
    ];

    [Theory]
    [MemberData(nameof(OtherSchemes))]
    public async Task Hostile_password_of_any_other_scheme_counts_as_it_does_for_Dovecot(string scheme)
    {
        foreach (var octets in Hostile)
        {
            var made = await DoveadmAsync("-s", scheme, "-p", octets);
            var stored = made.EnsureSuccess().Output.TrimEnd('\n');
            Assert.True(PasswordHash.TryParse(stored, out var hash, out var error), $"{stored} {error}");
            Assert.True(hash.Verify(Encoding.UTF8.GetBytes(octets)), stored);
            Assert.False(hash.Verify(Encoding.UTF8.GetBytes("y" + octets)), stored);
            Assert.False(hash.Verify("wrong"u8));
        }
    }

    private static readonly string[] Hostile =
        ["grün-名前-🔑", "a\tb", "%s%n%u%w", "\"quoted\" 'single' `back`", "*)(uid=*", "'; DROP TABLE virtual_users; --", "{SHA}m8NFSdVl2VBbKH3gzSCsd74dPyw=", " ", new string('x', 500)];

    private Task<CommandResult> DoveadmAsync(params string[] arguments) => Command.RunAsync("doveadm", ["-c", Configuration, "pw", .. arguments]);
}
