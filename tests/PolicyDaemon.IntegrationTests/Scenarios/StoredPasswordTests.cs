using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Dapper;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Contracts;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.IntegrationTests.Support.Secrecy;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>
/// A whole daemon lets everybody in whose password is stored in any scheme that is checked, and with no other password; with the libcrypt, libsodium and libcrypto of Debian 12,
/// and with those of Debian 13.
/// </summary>
public abstract class StoredPasswordTests : StackTests
{
    private readonly (string Stored, string Password)[] vectors = [.. PasswordVectors.All.Select(row => row.Data)];

    protected abstract Task<DebianSystem> FindSystemAsync();

    [Fact]
    public async Task Every_stored_password_lets_in_and_no_other_does()
    {
        DebianSystem system = await FindSystemAsync();
        DaemonOptions options = new() { Launcher = system.Launcher };
        string file = Path.Combine(Directory.CreateDirectory(Root.PathOf(options.Name)).FullName, "policydaemon.db");
        await StoreAsync(file);
        UnixDomainSocketEndPoint sasl = new(Root.PathOf(options.Name, "sasl.sock"));
        JsonObject configuration = new()
        {
            ["node"] = "mx1",
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray($"unix:{Root.PathOf(options.Name, "policy.sock")}"),
                ["sasl"] = new JsonArray($"unix:{sasl}"),
                ["admin"] = $"unix:{Root.PathOf(options.Name, "admin.sock")}",
            },
            ["directory"] = new JsonObject { ["sqlite"] = new JsonObject { ["path"] = file } },
        };
        DaemonProcess daemon = await DaemonProcess.StartAsync(Root, configuration.ToJsonString(), options);
        Assert.Equal(system == DebianSystem.Host, new FileInfo($"/proc/{daemon.Id}/root").LinkTarget == "/");

        string[] wrong = await Task.WhenAll(vectors.Select((vector, i) => RawLogin.LogInAsync(sasl, LoginOf(i), "x" + vector.Password)));
        Assert.All(wrong, answer => Assert.StartsWith("FAIL", answer, StringComparison.Ordinal));
        Assert.DoesNotContain(wrong, answer => answer.Contains("temp_fail", StringComparison.Ordinal));
        string[] right = await Task.WhenAll(vectors.Select((vector, i) => RawLogin.LogInAsync(sasl, LoginOf(i), vector.Password)));
        Assert.Equal(vectors.Select((_, i) => LoginOf(i)), right.Select(answer => answer.StartsWith("OK", StringComparison.Ordinal) ? answer[(answer.IndexOf('=', StringComparison.Ordinal) + 1)..] : answer));
    }

    private async Task StoreAsync(string file)
    {
        using SqliteDatabase database = SqliteDatabase.OpenOrCreate(file);
        await database.WriteAsync(
            connection =>
            {
                connection.Execute("INSERT INTO virtual_domains (name) VALUES (@Domain)", new { Domain });
                foreach ((string stored, int i) in vectors.Select((vector, i) => (vector.Stored, i)))
                    connection.Execute("INSERT INTO virtual_users (domain_id, email, password) VALUES (1, @login, @stored)", new { login = LoginOf(i), stored });
                return 0;
            },
            CancellationToken.None);
    }

    private static string LoginOf(int vector) => AddressOf(string.Create(CultureInfo.InvariantCulture, $"user{vector}"));
}

public sealed class StoredPasswordOnBookwormTests : StoredPasswordTests
{
    protected override Task<DebianSystem> FindSystemAsync() => Task.FromResult(DebianSystem.Host);
}

public sealed class StoredPasswordOnTrixieTests : StoredPasswordTests
{
    protected override Task<DebianSystem> FindSystemAsync() => DebianSystem.GetTrixieAsync();
}
