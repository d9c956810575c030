using System.Diagnostics;
using System.Text;
using PolicyDaemon.IntegrationTests.Support.Secrecy;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>That what <see cref="SecrecyTests"/> looks with would find something, and that nobody can look into the memory.</summary>
public sealed class SecretSearchTests
{
    private const string Password = "Pl4nted-Passw0rd";

    [Theory]
    [InlineData("{0}")]
    [InlineData("login=x {0}\n")]
    public void Secret_is_found_in_each_of_its_forms(string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(Password);
        string[] forms =
        [
            Password, Convert.ToHexString(octets), Convert.ToHexStringLower(octets), Convert.ToBase64String(octets),
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0a\0{Password}")), Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0al\0{Password}")),
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0ali\0{Password}\0")),
        ];
        foreach (string form in forms)
        {
            SecretSearch search = new();
            search.Add("planted", Password);
            search.LookAt("here", string.Format(System.Globalization.CultureInfo.InvariantCulture, text, form));
            Assert.Matches("^here at [0-9]+: planted$", Assert.Single(search.Findings));
        }

        SecretSearch wide = new();
        wide.Add("planted", Password);
        wide.LookAt("here", Encoding.Unicode.GetBytes($"xx{Password}"));
        Assert.Single(wide.Findings);
    }

    [Fact]
    public void What_is_allowed_somewhere_is_not_found_there_and_is_elsewhere()
    {
        SecretSearch search = new();
        Secret planted = search.Add("planted", Password);
        search.LookAt("here", Password, planted);
        Assert.Empty(search.Findings);
        search.LookAt("there", Password);
        Assert.Single(search.Findings);
    }

    /// <summary>
    /// All without the rights of root, as a service is: then memory and environment of one are open to the other of the same user, except where a process
    /// has said that it is not to be dumped.
    /// </summary>
    [Fact]
    public async Task Memory_of_the_program_is_closed_to_others_of_the_same_user_and_is_never_dumped()
    {
        using Process other = Start("sleep", "60");
        using Process program = Start(Path.Combine(AppContext.BaseDirectory, "policydaemon"), "hash-password");
        try
        {
            await Wait.UntilAsync(async () => await CanReadAsync(other), "the memory of another program can be read");
            await Wait.UntilAsync(async () => !await CanReadAsync(program), "the memory of policydaemon cannot be read");
            Assert.False(program.HasExited);
            Assert.Matches(@"Max core file size +0 +0 ", await File.ReadAllTextAsync($"/proc/{program.Id}/limits"));
        }
        finally
        {
            other.Kill();
            program.Kill();
        }
    }

    private static Process Start(string program, string argument)
    {
        ProcessStartInfo start = new("setpriv", [.. WithoutRights, program, argument]) { UseShellExecute = false, RedirectStandardInput = true };
        return Process.Start(start)!;
    }

    private static async Task<bool> CanReadAsync(Process process) =>
        (await Command.RunAsync("setpriv", [.. WithoutRights, "cat", $"/proc/{process.Id}/environ"])).ExitCode == 0;

    private static readonly string[] WithoutRights = ["--bounding-set", "-all", "--inh-caps", "-all", "--"];
}
