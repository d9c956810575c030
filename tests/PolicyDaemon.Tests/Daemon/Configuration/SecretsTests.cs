using PolicyDaemon.Configuration;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration;

/// <summary>Secrets are taken from files alone, and no message or page shows one.</summary>
public sealed class SecretsTests : IDisposable
{
    private const string Secret = "hunter2";

    private const string Ldap = """{ "directory": { "domains": ["a.example"], "ldap": { "urls": ["ldap://127.0.0.1"], "baseDn": "dc=a", "bindDn": "cn=p,dc=a", "bindPasswordFile": "{folder}/password" } } }""";

    private readonly ConfigurationFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("POLICYDAEMON__DIRECTORY__LDAP__BINDPASSWORD", Secret, "directory.ldap.BINDPASSWORD: is a secret: expected it in a file of its own, and directory.ldap.bindPasswordFile with the path of that file")]
    [InlineData("POLICYDAEMON__NODE", $"Host=db;Password={Secret}", "NODE: has a password in its value: expected secrets in files of their own")]
    [InlineData("POLICYDAEMON__DIRECTORY__LDAP__URLS", $"ldap://cn=x:{Secret}@db", "DIRECTORY.LDAP.URLS: has a password in its value: expected secrets in files of their own")]
    [InlineData("POLICYDAEMON__DIRECTORY__LDAP__BINDPASSWORDFILE", Secret, "directory.ldap.bindPasswordFile: expected the absolute path of a file that holds the secret and nothing else")]
    public void Secret_in_a_variable_is_an_error_that_does_not_show_it(string variable, string value, string message)
    {
        folder.Write("password", Secret);

        var loaded = folder.Load(Ldap, new Dictionary<string, string> { [variable] = value });

        Assert.Contains($"environment variable {variable}: {message}", loaded.Errors);
        AssertHidden(loaded);
    }

    [Theory]
    [InlineData("argument --directory.ldap.bindPassword: directory.ldap.bindPassword: is a secret: expected it in a file of its own, and directory.ldap.bindPasswordFile with the path of that file", "--directory.ldap.bindPassword", Secret)]
    [InlineData("argument --token: token: is a secret, and there is no such key: expected secrets in files of their own", $"--token={Secret}")]
    [InlineData("argument --node: node: has a password in its value: expected secrets in files of their own", $"--node=password={Secret}")]
    [InlineData("argument …: expected --key value or --key=value", $"password={Secret}")]
    public void Secret_in_an_argument_is_an_error_that_does_not_show_it(string message, params string[] arguments)
    {
        folder.Write("password", Secret);

        var loaded = folder.Load(Ldap, null, arguments);

        Assert.Contains(message, loaded.Errors);
        AssertHidden(loaded);
    }

    [Fact]
    public void Content_of_a_secret_file_is_never_shown()
    {
        folder.Write("password", Secret);

        var loaded = folder.Load(Ldap);

        Assert.Empty(loaded.Errors);
        AssertHidden(loaded);
        Assert.DoesNotContain(Secret, loaded.Options!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Secret_file_that_others_can_read_is_a_warning_with_the_command_that_mends_it()
    {
        folder.Write("password", Secret, isForOthers: true);

        var loaded = folder.Load(Ldap);

        Assert.Equal(
            ["policydaemon.json:1: directory.ldap.bindPasswordFile = \"password\": every user of this machine can read it: chmod o-rwx password"],
            folder.Relative(loaded.Warnings));
        Assert.NotNull(loaded.Options);
    }

    [Fact]
    public void Webhook_whose_url_is_a_secret_is_not_shown_and_stands_alone()
    {
        folder.Write("url", $"https://chat.example.org/{Secret}\n", isForOthers: true);

        var loaded = folder.Load("""{ "notify": { "webhookFile": "{folder}/url" } }""");
        AssertHidden(loaded);
        Assert.Equal(
            ["policydaemon.json:1: notify.webhookFile = \"url\": every user of this machine can read it: chmod o-rwx url"], folder.Relative(loaded.Warnings));

        var both = folder.Load("""{ "notify": { "webhook": "https://a.example/", "webhookFile": "{folder}/url" } }""");
        Assert.Equal(["policydaemon.json:1: notify.webhook = \"https://a.example/\": is a second URL: expected webhook or webhookFile"], folder.Relative(both.Errors));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n", "is empty")]
    [InlineData("hunter2\nhunter3\n", "has more than one line")]
    public void Secret_file_without_one_secret_in_it_is_an_error(string content, string fault)
    {
        folder.Write("password", content);

        var error = Assert.Single(folder.Relative(folder.Load(Ldap).Errors));

        Assert.Equal($"policydaemon.json:1: directory.ldap.bindPasswordFile = \"password\": {fault}: expected the absolute path of a file that holds the secret and nothing else", error);
    }

    private static void AssertHidden(LoadedConfiguration loaded)
    {
        Assert.All(loaded.Errors.Concat(loaded.Warnings), line => Assert.DoesNotContain(Secret, line, StringComparison.Ordinal));
        if (loaded.Options is not null) Assert.DoesNotContain(Secret, ConfigurationPrinter.PrintSet(loaded), StringComparison.Ordinal);
    }
}
