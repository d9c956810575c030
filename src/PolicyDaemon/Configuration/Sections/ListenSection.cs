using System.Net;
using PolicyDaemon.AuthHttp;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>listen</c> section: who can reach the daemon at all.</summary>
internal static class ListenSection
{
    /// <summary>
    /// Inside Postfix's queue directory, because its smtpd may be chrooted there; a unix socket, because its mode says who may ask.
    /// </summary>
    private static readonly EndpointAddress DefaultPolicy = new EndpointAddress.Unix("/var/spool/postfix/policydaemon/policy.sock");

    private static readonly EndpointAddress.Unix DefaultAdmin = new("/run/policydaemon/admin.sock");

    private static readonly ValueKind<EndpointAddress> AdminEndpoint = MailKinds.Endpoint.Where(
        endpoint => endpoint is EndpointAddress.Unix,
        "unix:/path; the admin socket knows its users by the socket alone, so it is never inet");

    /// <summary>Here passwords are told in clear, which no network may see.</summary>
    private static readonly ValueKind<EndpointAddress> LocalEndpoint = MailKinds.Endpoint.Where(
        endpoint => endpoint is EndpointAddress.Unix or EndpointAddress.Inet { IsLoopback: true },
        "unix:/path or a loopback address, such as inet:127.0.0.1:10081: passwords are told in clear there");

    private static readonly ValueKind<string> HeaderSecretFile = ValueKinds.SecretFile.Where(
        static file => SharedSecret.TryRead(file) is not null, $"the absolute path of a file that holds {SharedSecret.Expected}, and nothing else");

    private const string Repeated = "is named twice in this section: expected every listener on an endpoint of its own";

    public static ListenOptions Read(Section listen, IReadOnlyList<IPNetwork> allow)
    {
        var policy = listen.List("policy", MailKinds.Endpoint, [DefaultPolicy]);
        var milter = listen.List("milter", MailKinds.Endpoint, []);
        if (policy.Count + milter.Count == 0) listen.Complain("policy", "is empty: expected at least one endpoint here or in milter, or there is nothing to do");
        var admin = listen.Value("admin", AdminEndpoint, DefaultAdmin);
        var sasl = listen.List("sasl", MailKinds.Endpoint, []);
        var userdb = listen.List("userdb", MailKinds.Endpoint, []);
        var lmtp = listen.List("lmtp", MailKinds.Endpoint, []);
        var http = listen.List("http", MailKinds.Endpoint, []);
        var authHttp = listen.List("authHttp", LocalEndpoint, []);
        var secretFile = ReadSecretFile(listen, authHttp.Count > 0);

        (string Name, IReadOnlyList<EndpointAddress> Endpoints)[] lists =
            [("policy", policy), ("milter", milter), ("sasl", sasl), ("userdb", userdb), ("lmtp", lmtp), ("http", http)];
        foreach (var (name, endpoints) in lists) RefuseUnguarded(listen, name, endpoints, allow);
        RefuseRepeated(listen, [.. lists, ("authHttp", authHttp)], admin);
        return new ListenOptions(
            policy,
            milter,
            sasl,
            userdb,
            lmtp,
            http,
            authHttp.Count > 0 && secretFile is not null ? new AuthHttpOptions(authHttp, secretFile) : null,
            admin as EndpointAddress.Unix ?? DefaultAdmin);
    }

    /// <returns>Null: none was named, or a wrong one.</returns>
    private static string? ReadSecretFile(Section listen, bool isNeeded)
    {
        var file = listen.Optional("authHttpSecretFile", HeaderSecretFile);
        var isSet = listen.IsSet("authHttpSecretFile");
        if (isNeeded && !isSet) listen.Complain("authHttpSecretFile", $"is missing: expected {HeaderSecretFile.Expected}, for listen.authHttp is never without one");
        if (isSet && !listen.IsSet("authHttp")) listen.Complain("authHttpSecretFile", "is for nobody: expected listen.authHttp with it");
        listen.WarnOfReaders("authHttpSecretFile", file);
        return file;
    }

    private static void RefuseUnguarded(Section listen, string name, IReadOnlyList<EndpointAddress> endpoints, IReadOnlyList<IPNetwork> allow)
    {
        foreach (var (index, endpoint) in endpoints.Index())
        {
            if (allow.Count > 0 || endpoint is not EndpointAddress.Inet { IsLoopback: false }) continue;
            listen.Complain(
                Section.Element(name, index),
                "is open to the network: expected a loopback address, or in allow the networks that may ask");
        }
    }

    private static void RefuseRepeated(
        Section listen, IEnumerable<(string Name, IReadOnlyList<EndpointAddress> Endpoints)> lists, EndpointAddress admin)
    {
        var seen = new HashSet<EndpointAddress>();
        foreach (var (name, endpoints) in lists)
        {
            foreach (var (index, endpoint) in endpoints.Index())
            {
                if (endpoint is EndpointAddress.Inet { Port: 0 } || seen.Add(endpoint)) continue;
                listen.Complain(Section.Element(name, index), Repeated);
            }
        }

        if (seen.Contains(admin)) listen.Complain("admin", Repeated);
    }
}
