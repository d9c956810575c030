using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration;

/// <summary>Which sources are asked for passwords.</summary>
public sealed class PasswordSourcesTests : IDisposable
{
    private readonly ConfigurationFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("ldap://ldap1.example.org", false, "", "None")]
    [InlineData("ldap://ldap1.example.org", true, "", "Bind")]
    [InlineData("ldaps://ldap1.example.org", false, "", "Bind")]
    [InlineData("ldap://127.0.0.1", false, "", "Bind")]
    [InlineData("ldapi://%2Frun%2Fslapd%2Fldapi", false, "", "Bind")]
    [InlineData("ldap://ldap1.example.org", false, "userPassword", "UserPassword")]
    [InlineData("ldap://ldap1.example.org", true, "none", "None")]
    public void No_password_is_sent_readable_over_a_network(string url, bool startTls, string written, string expected)
    {
        var passwords = written.Length == 0 ? "" : $", \"passwords\": \"{written}\"";
        var loaded = folder.Load($$"""
            { "directory": { "domains": ["example.org"], "ldap": { "urls": ["{{url}}"], "startTls": {{(startTls ? "true" : "false")}}, "baseDn": "dc=example"{{passwords}} } } }
            """);

        Assert.Empty(loaded.Errors);
        Assert.Equal(expected, loaded.Options!.Directory.Ldap!.Passwords.ToString());
    }

    [Theory]
    [InlineData("ldap://ldap1.example.org", "userPassword", true)]
    [InlineData("ldap://127.0.0.1", "userPassword", false)]
    [InlineData("ldapi://%2Frun%2Fslapd%2Fldapi", "userPassword", false)]
    [InlineData("ldaps://ldap1.example.org", "userPassword", false)]
    [InlineData("ldap://ldap1.example.org", "none", false)]
    public void Hashes_that_cross_the_network_readable_are_told(string url, string passwords, bool isTold)
    {
        var loaded = folder.Load($$"""
            { "directory": { "domains": ["example.org"], "ldap": { "urls": ["{{url}}"], "baseDn": "dc=example", "passwords": "{{passwords}}" } } }
            """);

        Assert.Empty(loaded.Errors);
        Assert.Equal(isTold, loaded.Warnings.Any(warning => warning.Contains("directory.ldap.passwords", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", "SELECT password FROM virtual_users WHERE email = '%s'")]
    [InlineData("\"password\": \"\"", null)]
    [InlineData("\"password\": \"SELECT p AS password FROM x WHERE y = '%s'\"", "SELECT p AS password FROM x WHERE y = '%s'")]
    [InlineData("\"account\": \"SELECT u AS login FROM x WHERE u = '%s'\"", null)]
    public void Accounts_of_other_tables_have_no_password_in_the_default_ones(string queries, string? expected)
    {
        var loaded = folder.Load($$"""{ "directory": { "postgres": { "connectionString": "Host=db1", "queries": { {{queries}} } } } }""");

        Assert.Empty(loaded.Errors);
        Assert.Equal(expected, loaded.Options!.Directory.Postgres!.Directory!.Queries.Password?.Text);
        Assert.Equal(queries.StartsWith("\"account\"", StringComparison.Ordinal), loaded.Options.Directory.Postgres.Directory.Queries.Users is null);
    }
}
