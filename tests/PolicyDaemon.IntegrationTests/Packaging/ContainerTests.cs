using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Documentation;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Containers;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Packaging;

/// <summary>The Containerfile and the manifests of <c>docs/examples</c>, without an engine: the image's steps are run, and containers of it as the manifests say.</summary>
public sealed class ContainerTests : StackTests
{
    private const string Sockets = "/var/spool/postfix/policydaemon";

    /// <summary>Prints the status of the answer, as a kubelet sees it.</summary>
    private const string Ask = """
        import http.client, sys
        connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[2]), timeout=10)
        connection.request("GET", sys.argv[1])
        print(connection.getresponse().status)
        """;

    private ContainerImage image = null!;

    protected override async ValueTask PrepareAsync()
    {
        await DebianPackage.GetAsync();
        image = await ContainerImage.BuildAsync(Root, Checkout.PathOf("Containerfile"));
    }

    [Fact]
    public async Task Container_beside_docker_mailserver_decides_by_its_account_files_and_can_write_nowhere_else()
    {
        string accounts = await MakeDirectoryAsync("accounts", "5999:103", "750");
        Root.WriteFile("accounts/postfix-accounts.cf", "alice@example.org|{PLAIN}secret\nbob@example.org|{PLAIN}secret|send_allowed=FALSE\n");
        Root.WriteFile("accounts/postfix-virtual.cf", "sales@example.org alice@example.org\n");
        string configuration = Root.WriteFile("policydaemon.json", CodeBlocks.FindIn(File.ReadAllText(Checkout.PathOf("docs", "files.md")).Split("## docker-mailserver")[1], "{"));
        Dictionary<string, string> places = new() { ["./policydaemon.json"] = configuration, ["./config"] = accounts };
        JsonNode service = (await ContainerManifest.ReadAsync("docker-mailserver.compose.yaml"))[0]!["services"]!["policydaemon"]!;
        ContainerOptions options = await ContainerManifest.OfServiceAsync(
            service, async (source, target) => places[source] = places.GetValueOrDefault(source) ?? await image.MakeVolumeAsync(Root, source, target));
        Container container = Container.Run(Root, "policydaemon", image, options);
        UnixDomainSocketEndPoint policy = new(Path.Combine(places["policydaemon-sockets"], "policy.sock"));
        await container.WaitUntilReadyAsync(() => Wait.AcceptsAsync(policy));

        Assert.Equal("DUNNO", await PolicyClient.AskAsync(policy, "alice@example.org", "bob@example.org"));
        Assert.StartsWith("554 5.7.1 ", await PolicyClient.AskAsync(policy, "bob@example.org", "alice@example.org"), StringComparison.Ordinal);
        Assert.Equal("5999 103 660", await StatusAsync(policy.ToString()));
        (await container.ExecuteAsync(image.HealthCheck)).EnsureSuccess();
        Assert.NotEqual(0, (await container.ExecuteAsync(["touch", "/etc/policydaemon/note"])).ExitCode);

        await container.StopAsync();
        Assert.Equal(0, container.ExitCode);
        Assert.Equal("45s", (string?)service["stop_grace_period"]);
    }

    [Fact]
    public async Task Container_in_a_pod_answers_its_probes_while_the_database_is_away()
    {
        JsonArray manifest = await ContainerManifest.ReadAsync("kubernetes-sidecar.yaml");
        JsonNode pod = manifest[1]!["spec"]!["template"]!["spec"]!;
        JsonNode daemon = pod["containers"]!.AsArray().Single(one => (string)one!["name"]! == "policydaemon")!;
        string group = $"{pod["securityContext"]!["fsGroup"]}";

        // As a kubelet makes volumes of a pod with fsGroup.
        Dictionary<string, string> volumes = [];
        foreach (string name in new[] { "configuration", "secrets", "sockets", "run", "state" }) volumes[name] = await MakeDirectoryAsync(name, $"0:{group}", "2777");
        Root.WriteFile("configuration/policydaemon.json", (string)manifest[0]!["data"]!["policydaemon.json"]!);
        Root.WriteFile("secrets/postgres-password", "secret\n", 0b100_100_000, group: uint.Parse(group, null));
        Container container = Container.Run(
            Root, "mail-0", image, ContainerManifest.OfContainer(daemon, (volume, path) => Path.Combine(volumes[volume], path), "mail-0"));
        await container.WaitUntilReadyAsync(async () => await ProbeAsync(container, daemon, "livenessProbe") == "200");

        Assert.Equal("503", await ProbeAsync(container, daemon, "readinessProbe"));
        UnixDomainSocketEndPoint policy = new(Path.Combine(volumes["sockets"], "policy.sock"));
        Assert.StartsWith("451 ", await PolicyClient.AskAsync(policy, "alice@example.org", "bob@example.org"), StringComparison.Ordinal);
        Assert.Equal($"5999 {group} 660", await StatusAsync(policy.ToString()));
        (await container.ExecuteAsync(image.HealthCheck)).EnsureSuccess();
        Assert.Contains("node=mail-0", container.Log.ReadFrom(), StringComparison.Ordinal);
        Assert.Contains(pod["containers"]!.AsArray().Single(one => one != daemon)!["volumeMounts"]!.AsArray(), mount => (string)mount!["mountPath"]! == Sockets);
    }

    private static async Task<string> ProbeAsync(Container container, JsonNode daemon, string probe)
    {
        JsonNode get = daemon[probe]!["httpGet"]!;
        return (await container.RunInNetworkAsync("python3", "-c", Ask, (string)get["path"]!, $"{get["port"]}")).Output.Trim();
    }

    /// <summary>Owner, group and mode.</summary>
    private static async Task<string> StatusAsync(string path) => (await Command.RunAsync("stat", ["-c", "%u %g %a", path])).EnsureSuccess().Output.Trim();

    private async Task<string> MakeDirectoryAsync(string name, string owner, string mode)
    {
        string path = Directory.CreateDirectory(Root.PathOf(name)).FullName;
        (await Command.RunAsync("chown", [owner, path])).EnsureSuccess();
        (await Command.RunAsync("chmod", [mode, path])).EnsureSuccess();
        return path;
    }
}
