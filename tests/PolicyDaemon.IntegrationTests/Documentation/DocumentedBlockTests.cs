using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Packaging;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Documentation;

/// <summary>Blocks of the documentation, and the files beside it, read by the programs that they are written for.</summary>
public sealed class DocumentedBlockTests : StackTests
{
    [Fact]
    public async Task Postconf_knows_every_parameter_and_service_of_the_blocks_for_postfix()
    {
        Directory.CreateDirectory(Root.PathOf("etc"));
        Root.WriteFile("etc/main.cf", CodeBlocks.Find("postfix.md", "virtual_mailbox_domains"));
        Root.WriteFile("etc/master.cf", CodeBlocks.Find("containment.md", "127.0.0.1:10025 inet"));
        foreach (string what in (string[])["-n", "-M", "-P"])
        {
            CommandResult result = (await Command.RunAsync("/usr/sbin/postconf", ["-c", Root.PathOf("etc"), what])).EnsureSuccess();
            Assert.True(result.Error.Length == 0, result.Error);
            Assert.NotEqual("", result.Output);
        }
    }

    /// <summary>Drop-ins, and the unit of the README; those of systemd.md have a test of their own.</summary>
    [Fact]
    public async Task Systemd_has_nothing_to_say_about_the_unit_of_the_readme_and_the_drop_ins()
    {
        string unit = CodeBlocks.FindIn(await File.ReadAllTextAsync(Checkout.PathOf("README.md"), TestContext.Current.CancellationToken), "[Unit]");
        Root.WriteFile("policydaemon.service", unit.Replace("/opt/policydaemon/policydaemon", Path.Combine(AppContext.BaseDirectory, "policydaemon"), StringComparison.Ordinal));
        Directory.CreateDirectory(Root.PathOf("policydaemon.service.d"));
        Root.WriteFile("policydaemon.service.d/credential.conf", CodeBlocks.Find("configuration.md", "[Service]\nLoadCredential"));
        Root.WriteFile("policydaemon.service.d/queue.conf", CodeBlocks.Find("watch.md", "[Service]\nSupplementaryGroups"));

        CommandResult result = await Command.RunAsync("systemd-analyze", ["verify", Root.PathOf("policydaemon.service")]);

        Assert.DoesNotContain("policydaemon", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Roles_of_the_page_are_made_by_postgresql()
    {
        PostgresServer server = await PostgresServer.StartAsync(Root);
        await server.ExecuteAsync("CREATE DATABASE mail");
        await server.ExecuteAsync(CodeBlocks.Find("postgresql.md", "CREATE ROLE policydaemon"));
        Assert.True(await server.QueryAsync<bool>("SELECT has_database_privilege('mailadmin', 'mail', 'CREATE') AND NOT has_database_privilege('policydaemon', 'mail', 'CREATE')"));
    }

    [Theory]
    [InlineData("docker-mailserver.compose.yaml", "policydaemon-sockets:/")]
    [InlineData("kubernetes-sidecar.yaml", "/var/spool/postfix/policydaemon")]
    public async Task Manifests_are_yaml_in_which_both_containers_share_the_sockets(string name, string shared)
    {
        JsonArray documents = await ContainerManifest.ReadAsync(name);
        Assert.Equal(2, documents.ToJsonString().Split(shared).Length - 1);
        Assert.All(documents, document => Assert.IsType<JsonObject>(document));
        if (name.StartsWith("kubernetes", StringComparison.Ordinal)) await AssertLoadsAsync((string)documents[0]!["data"]!["policydaemon.json"]!);
    }

    private async Task AssertLoadsAsync(string configuration)
    {
        string password = Root.WriteFile("postgres-password", "secret\n", 0b110_000_000);
        string file = Root.WriteFile("policydaemon.json", configuration.Replace("/etc/policydaemon/secrets/postgres-password", password, StringComparison.Ordinal), 0b110_000_000);
        CommandResult check = await Command.RunAsync(Path.Combine(AppContext.BaseDirectory, "policydaemon"), ["check-config", "--config", file]);
        Assert.True(check.ExitCode == 0, check.Output + check.Error);
    }
}
