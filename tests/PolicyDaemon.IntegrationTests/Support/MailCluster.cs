using System.Net;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>Three Postfixes with the shipped snippets, each with a daemon of its own; one PostgreSQL for all, one Dovecot for logins and mailboxes.</summary>
/// <remarks>Nothing here is disposed on its own: all of it ends with the root.</remarks>
internal sealed class MailCluster
{
    private static readonly string[] Names = ["mx1", "mx2", "mx3"];

    private MailCluster(StoreCluster store, DovecotServer dovecot, IReadOnlyList<PostfixServer> postfixes) => (Store, Dovecot, Postfixes) = (store, dovecot, postfixes);

    public StoreCluster Store { get; }

    public DovecotServer Dovecot { get; }

    public IReadOnlyList<PostfixServer> Postfixes { get; }

    public IReadOnlyList<IPEndPoint> Submissions => [.. Postfixes.Select(postfix => postfix.EndpointOf("submission"))];

    /// <param name="configure">Changes each daemon's configuration before it is written; knows where the first Postfix takes mail.</param>
    public static async Task<MailCluster> StartAsync(MailStackRoot root, Action<JsonObject, IPEndPoint> configure)
    {
        DovecotServer dovecot = await DovecotServer.StartAsync(root);
        Dictionary<string, PostfixServer> postfixes = [];
        foreach (string name in Names)
        {
            postfixes[name] = await PostfixServer.StartAsync(root, OptionsOf(name, dovecot));
            postfixes[name].MakeSocketDirectory("policydaemon");
        }

        StoreCluster store = await StoreCluster.PrepareAsync(root, configure: configuration =>
        {
            PostfixServer own = postfixes[configuration["node"]!.GetValue<string>()];
            configuration["listen"]!["policy"] = new JsonArray($"unix:{Path.Combine(own.QueueDirectory, "policydaemon", "policy.sock")}");
            configure(configuration, postfixes[Names[0]].EndpointOf("smtp"));
        });
        foreach (string name in Names) await store.AddAsync(name);
        return new(store, dovecot, [.. Names.Select(name => postfixes[name])]);
    }

    private static PostfixOptions OptionsOf(string name, DovecotServer dovecot) => new()
    {
        Name = $"postfix-{name}",
        MainCf = ["recipient_delimiter = +", Read("main.cf")],
        MasterCf =
        [
            $"smtp inet n - y - - smtpd\n{Read("smtp.master.cf")}",
            $"submission inet n - n - - smtpd\n  -o smtpd_tls_auth_only=no\n{Read("submission.master.cf")}",
        ],
        SaslPath = dovecot.SaslSocket,
        VirtualTransport = $"lmtp:unix:{dovecot.LmtpSocket}",
    };

    private static string Read(string file) => Snippet.Read(Checkout.PathOf("postfix-snippets", "3.7", file));
}
