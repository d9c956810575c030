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

    private Task<CommandResult> DoveadmAsync(params string[] arguments) => Command.RunAsync("doveadm", ["-c", Configuration, "pw", .. arguments]);
}
