using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.Bench.Auth;

/// <summary>The real daemon with one directory.</summary>
/// <param name="program">The <c>policydaemon</c> program.</param>
internal sealed class AuthDaemon(MailStackRoot root, string program)
{
    /// <summary>Passwords in SQLite.</summary>
    /// <param name="name">A single word: of the process and its directory.</param>
    public async Task<AuthSubject> StartOnSqliteAsync(string name, AuthPeople people)
    {
        var path = await people.WriteDatabaseAsync(root, name);
        return await StartAsync(name, new JsonObject { ["sqlite"] = new JsonObject { ["path"] = path } });
    }

    /// <summary>Passwords in Dovecot's passwd-file.</summary>
    public Task<AuthSubject> StartOnFileAsync(string name, string passwdFile) =>
        StartAsync(name, new JsonObject { ["files"] = new JsonObject { ["passwd"] = new JsonArray(passwdFile) } });

    /// <summary>Passwords in LDAP.</summary>
    /// <param name="passwords">How they are checked: <c>bind</c> or <c>userPassword</c>.</param>
    public async Task<AuthSubject> StartOnLdapAsync(string name, SlapdServer slapd, string passwords)
    {
        var section = LdapSection.For(root, [slapd.Url]);
        section["passwords"] = passwords;
        section["bindDn"] = TruenorthDirectory.AdministratorDn;
        section["bindPasswordFile"] = root.WriteFile("ldap-admin.password", TruenorthDirectory.AdministratorPassword, 0b110_000_000);
        return await StartAsync(name, new JsonObject { ["ldap"] = section }, slapd);
    }

    private async Task<AuthSubject> StartAsync(string name, JsonObject directory, SlapdServer? slapd = null)
    {
        directory["domains"] = new JsonArray(TruenorthDirectory.Domain);
        JsonObject configuration = new()
        {
            ["node"] = name,
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray($"unix:{root.PathOf(name, "policy.sock")}"),
                ["sasl"] = new JsonArray($"unix:{root.PathOf(name, "sasl.sock")}"),
                ["admin"] = $"unix:{root.PathOf(name, "admin.sock")}",
            },
            ["directory"] = directory,
            ["log"] = new JsonObject { ["level"] = "warning" },
        };
        var daemon = await DaemonProcess.StartAsync(root, configuration.ToJsonString(), new DaemonOptions { Name = name, Program = program });
        if (slapd is not null) await daemon.WaitUntilFollowsAsync(slapd);
        return new(name, new UnixDomainSocketEndPoint(root.PathOf(name, "sasl.sock")), () => ServerUse.Of(daemon.Id).Cpu);
    }
}
