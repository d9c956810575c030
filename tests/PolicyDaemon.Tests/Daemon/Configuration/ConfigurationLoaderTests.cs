using System.Net;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Checks;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration;

public sealed class ConfigurationLoaderTests : IDisposable
{
    private readonly ConfigurationFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Without_any_setting_the_defaults_are_a_sqlite_directory_behind_unix_sockets()
    {
        var options = folder.LoadGood("{}");

        Assert.Equal(Dns.GetHostName(), options.Node);
        Assert.Equal("unix:/var/spool/postfix/policydaemon/policy.sock", Assert.Single(options.Listen.Policy).ToString());
        Assert.Equal("unix:/run/policydaemon/admin.sock", options.Listen.Admin.ToString());
        Assert.Equal("/var/lib/policydaemon/policydaemon.db", options.Directory.Sqlite?.Path);
        Assert.Equal(new SqliteStoreOptions("/var/lib/policydaemon/policydaemon.db"), options.Store);
        Assert.Equal("/var/lib/policydaemon", options.State.Path);
        Assert.Null(options.Directory.Ldap);
        Assert.Equal(TimeSpan.FromSeconds(3), options.Deadline);
        Assert.Equal(CheckMode.Observe, options.Checks.Settings[CheckName.RecipientExistence].Mode);
        Assert.Equal(Enum.GetValues<CheckName>().Length, options.Checks.Settings.Count);
        Assert.All(options.Checks.Settings, check => Assert.Equal(WhenUnavailable.Defer, check.Value.WhenUnavailable));
        Assert.Equal(NullSender.Reject, options.Checks.NullSender);
        Assert.Equal(Rights.Login | Rights.Receive, options.Directory.AccountStatuses["Disabled"]);
    }

    [Fact]
    public void Named_file_that_does_not_exist_is_the_only_error()
    {
        var loaded = ConfigurationLoader.Load($"{folder.Path}/none.json", [], new Dictionary<string, string>());

        Assert.Equal([$"{folder.Path}/none.json: does not exist"], loaded.Errors);
        Assert.Null(loaded.Options);
    }

    [Fact]
    public void Directory_in_the_place_of_the_file_is_an_error() =>
        Assert.Equal([$"{folder.Path}: is a directory: expected a file"], ConfigurationLoader.Load(folder.Path, [], new Dictionary<string, string>()).Errors);

    [Fact]
    public void Default_file_need_not_exist()
    {
        var loaded = ConfigurationLoader.Load(null, $"{folder.Path}/none/policydaemon.json", ["--node=mx1"], new Dictionary<string, string>());

        Assert.Equal("built-in defaults", loaded.Source);
        Assert.Equal("mx1", loaded.Options?.Node);
    }

    [Fact]
    public void Default_file_that_cannot_be_looked_at_is_an_error_and_not_the_same_as_none()
    {
        File.CreateSymbolicLink(folder.File, folder.File);

        var loaded = ConfigurationLoader.Load(null, folder.File, [], new Dictionary<string, string>());

        Assert.Equal([$"{folder.File}: cannot be read: input/output error"], loaded.Errors);
    }

    [Fact]
    public void File_larger_than_a_mebibyte_is_refused_unread()
    {
        var loaded = folder.Load(new string(' ', (1 << 20) + 1));

        Assert.Equal(["policydaemon.json: is 1048577 octets long: expected at most 1048576"], folder.Relative(loaded.Errors));
    }

    [Fact]
    public void Comments_trailing_commas_and_a_byte_order_mark_are_taken()
    {
        var options = folder.LoadGood("\uFEFF// who\n{ /* here */ \"node\": \"mx1\", }\n");

        Assert.Equal("mx1", options.Node);
    }

    [Fact]
    public void Argument_beats_environment_and_environment_beats_file()
    {
        var environment = new Dictionary<string, string> { ["POLICYDAEMON__NODE"] = "from-environment", ["POLICYDAEMON__DEADLINE"] = "5s" };

        var options = folder.LoadGood("""{ "node": "from-file", "deadline": "4s", "log": { "level": "debug" } }""", environment, "--node", "from-argument");

        Assert.Equal("from-argument", options.Node);
        Assert.Equal(TimeSpan.FromSeconds(5), options.Deadline);
        Assert.Equal(LogThreshold.Debug, options.Log.Level);
    }

    [Theory]
    [InlineData("--directory:whenAbsent=refuse")]
    [InlineData("--directory.whenAbsent=refuse")]
    [InlineData("--DIRECTORY:WHENABSENT=refuse")]
    public void Argument_names_a_key_with_colons_or_dots_in_any_case(string argument) =>
        Assert.Equal(WhenAbsent.Refuse, folder.LoadGood("{}", null, argument).Directory.WhenAbsent);

    [Fact]
    public void List_in_one_variable_replaces_the_list_of_the_file()
    {
        var environment = new Dictionary<string, string> { ["POLICYDAEMON__DIRECTORY__DOMAINS"] = "a.example, b.example" };

        var options = folder.LoadGood("""{ "directory": { "domains": ["c.example", "d.example", "e.example"] } }""", environment);

        Assert.Equal(["a.example", "b.example"], options.Directory.Domains);
    }

    [Fact]
    public void Element_in_a_variable_replaces_one_element_of_the_file()
    {
        var environment = new Dictionary<string, string> { ["POLICYDAEMON__DIRECTORY__DOMAINS__0"] = "a.example" };

        var options = folder.LoadGood("""{ "directory": { "domains": ["c.example", "d.example"] } }""", environment);

        Assert.Equal(["a.example", "d.example"], options.Directory.Domains);
    }

    [Fact]
    public void Numbers_and_booleans_in_variables_are_text()
    {
        var environment = new Dictionary<string, string>
        {
            ["POLICYDAEMON__DIRECTORY__LDAP__STARTTLS"] = "true",
            ["POLICYDAEMON__DIRECTORY__LDAP__CONNECTIONS"] = "3",
        };

        var ldap = folder.LoadGood("""{ "directory": { "domains": ["a.example"], "ldap": { "urls": ["ldap://127.0.0.1"], "baseDn": "dc=a" } } }""", environment).Directory.Ldap!.Server;

        Assert.True(ldap.StartTls);
        Assert.Equal(3, ldap.Connections);
    }

    [Fact]
    public void Mistakes_name_the_line_the_variable_and_the_argument_in_that_order()
    {
        var environment = new Dictionary<string, string> { ["POLICYDAEMON__LOG__LEVEL"] = "loud", ["POLICYDAEMON__NODES"] = "mx1", ["HOME"] = "/root" };

        var loaded = folder.Load("{\n  \"deadline\": \"never\"\n}\n", environment, "--store=oracle", "--log.format", "xml", "extra", "--node");

        Assert.Equal(
            [
                "policydaemon.json:2: deadline = \"never\": expected a duration from 100ms to 1m, with its unit (ms, s, m, h, d or w), such as 30s",
                "environment variable POLICYDAEMON__LOG__LEVEL: log.level = \"loud\": expected debug, information, warning or error",
                "environment variable POLICYDAEMON__NODES: NODES: there is no such key; did you mean node?",
                "argument extra: expected --key value or --key=value",
                "argument --node: node: expected a value behind it",
                "argument --store: store = \"oracle\": expected postgres, sqlite, or sqlite:/path of a file in a directory that exists",
                "argument --log.format: log.format = \"xml\": expected text or json",
            ],
            folder.Relative(loaded.Errors));
    }

    [Fact]
    public void Key_with_control_characters_or_without_end_makes_one_line_of_bounded_length()
    {
        var errors = folder.Load($$"""{ "a\nb": 1, "{{new string('x', 5000)}}": 2 }""").Errors;

        Assert.Contains("a\\u000ab: there is no such key", errors[0], StringComparison.Ordinal);
        Assert.All(errors, line => Assert.InRange(line.Length, 1, 1025));
    }

    [Fact]
    public void Setting_given_twice_as_argument_is_an_error() =>
        Assert.Equal(["argument --Node: Node: is given twice: expected once"], folder.Load("{}", null, "--node=a", "--Node=b").Errors);

    [Fact]
    public void List_given_whole_and_by_element_is_an_error() =>
        Assert.Equal(
            ["argument --allow:0: allow[0] = \"192.0.2.1\": is one element of a list that is also set whole (argument --allow): expected one of the two"],
            folder.Load("{}", null, "--allow=192.0.2.0/24", "--allow:0=192.0.2.1").Errors);

    [Fact]
    public void Configuration_that_everybody_can_change_is_a_warning()
    {
        folder.Load("{}");
        File.SetUnixFileMode(folder.File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);

        var loaded = ConfigurationLoader.Load(folder.File, [], new Dictionary<string, string>());

        Assert.Equal(["policydaemon.json: every user of this machine can change it: chmod o-w policydaemon.json"], folder.Relative(loaded.Warnings));
    }

    [Fact]
    public void Thousands_of_overrides_are_read()
    {
        var overrides = string.Join(",\n", Enumerable.Range(0, 2000).Select(i => $$"""{ "domain": "d{{i}}.example", "checks": { "rateLimit": { "mode": "off" } } }"""));

        Assert.Equal(2000, folder.LoadGood($$"""{ "overrides": [ {{overrides}} ] }""").Overrides.Count);
    }
}
