using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postfix;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>The shipped Postfix snippets, pasted as their README says.</summary>
/// <remarks>
/// Nothing is replaced in them: the policy socket is <c>policydaemon/policy.sock</c> below the queue directory, see
/// <see cref="PostfixServer.MakeSocketDirectory"/>. Port 25 is chrooted, as Debian ships it; submission is not, because the stack's
/// SASL socket lies outside.
/// </remarks>
public static class PostfixSnippets
{
    public const string SocketDirectory = "policydaemon";

    /// <param name="version">Folder of the snippets, 3.7 or 3.10; also the Postfix that runs them.</param>
    /// <param name="saslPath">Submission cannot start without.</param>
    public static async Task<PostfixOptions> ForAsync(string version, string saslPath) => new()
    {
        System = version == "3.10" ? await DebianSystem.GetTrixieAsync() : DebianSystem.Host,
        SaslPath = saslPath,
        MainCf = [Read(version, "main.cf")],
        MasterCf =
        [
            $"smtp inet n - y - - smtpd\n{Read(version, "smtp.master.cf")}",
            $"submission inet n - n - - smtpd\n  -o smtpd_tls_auth_only=no\n{Read(version, "submission.master.cf")}",
        ],
    };

    private static string Read(string version, string file) => Snippet.Read(Checkout.PathOf("postfix-snippets", version, file));
}
