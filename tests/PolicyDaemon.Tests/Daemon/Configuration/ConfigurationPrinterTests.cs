using PolicyDaemon.Configuration;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration;

public sealed class ConfigurationPrinterTests : IDisposable
{
    private readonly ConfigurationFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_set_anywhere_is_shown_in_its_normal_spelling()
    {
        var loaded = folder.Load(
            """
            {
              "deadline": "3000ms",
              "directory": { "domains": ["Example.ORG"], "sqlite": {}, "accountStatuses": { "0": [] } },
              "limits": [ { "name": "big", "key": "login", "unit": "bytes", "limit": "1024K", "per": "60m" } ],
            }
            """,
            new Dictionary<string, string> { ["POLICYDAEMON__LISTEN__POLICY"] = "inet:127.0.0.1:10040" },
            "--log.level=debug");

        Assert.Empty(loaded.Errors);
        Assert.Equal(
            """
            {
              "listen": {
                "policy": [
                  "inet:127.0.0.1:10040"
                ]
              },
              "deadline": "3s",
              "directory": {
                "domains": [
                  "example.org"
                ],
                "sqlite": {},
                "accountStatuses": {
                  "0": []
                }
              },
              "limits": [
                {
                  "name": "big",
                  "key": "login",
                  "unit": "bytes",
                  "limit": "1M",
                  "per": "1h"
                }
              ],
              "log": {
                "level": "debug"
              }
            }

            """,
            ConfigurationPrinter.PrintSet(loaded));
    }

    [Fact]
    public void What_is_shown_reads_back_as_the_same()
    {
        var first = folder.Load("""{ "store": "sqlite:{folder}/store.db", "overrides": [ { "domain": "a.example", "checks": { "rateLimit": { "mode": "off" } } } ] }""");
        var shown = ConfigurationPrinter.PrintSet(first);

        Assert.Equal(shown, ConfigurationPrinter.PrintSet(folder.Load(shown)));
    }

    [Fact]
    public void Page_of_defaults_names_every_key_and_is_itself_a_configuration_that_changes_nothing()
    {
        var loaded = folder.Load("{}");
        var page = ConfigurationPrinter.PrintDefaults(loaded);

        Assert.All(loaded.Keys, key => Assert.Contains($"\"{key.Name.Split('.')[^1]}\":", page, StringComparison.Ordinal));
        var again = folder.Load(page);
        Assert.Empty(again.Errors);
        Assert.Empty(again.Warnings);
        Assert.All(again.Readings, reading => Assert.Equal(again.Keys.Single(key => key.Name == reading.Path.Replace(':', '.')).Default, reading.Json));
    }

    [Fact]
    public void Keys_without_a_default_and_sections_that_nobody_wrote_are_comments_in_the_page_of_defaults()
    {
        var page = ConfigurationPrinter.PrintDefaults(folder.Load("{}"));

        Assert.Contains("\n    // \"identity\": (ldap, postgres, sqlite or files, no default)\n", page, StringComparison.Ordinal);
        Assert.Contains("\n    // \"ldap\": {\n    //   \"urls\": (list of LDAP URL, required)\n    //   \"startTls\": false,\n", page, StringComparison.Ordinal);
        Assert.Contains("\n  \"limits\": [\n    // {\n    //   \"name\": (name, required)\n", page, StringComparison.Ordinal);
    }
}
