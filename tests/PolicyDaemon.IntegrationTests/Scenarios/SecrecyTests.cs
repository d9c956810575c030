using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.IntegrationTests.Support.Secrecy;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>
/// A whole daemon, right and wrong logins by every way to it, outages and garbage: no password and no stored hash, as it is, in UTF-16, hexadecimal or base64, is in
/// anything that it writes, answers, keeps or shows.
/// </summary>
public sealed class SecrecyTests : StackTests
{
    /// <summary>Lines that show that the traffic was what it is meant to be, at the levels at which they are written.</summary>
    private static readonly string[] Expected = ["login_accepted", "login_refused", "login_deferred", "passwords_unavailable", "guessing_locked", "22P02", "peer_malformed", "file_faulty"];

    private readonly SecretSearch search = new();
    private SecretPeople people = null!;
    private SecretMailSystem mail = null!;
    private Secret wrong = null!;

    [Fact]
    public async Task No_password_and_no_hash_is_in_anything_that_is_written_answered_kept_or_shown_at_any_level()
    {
        await PrepareSecretsAsync();
        foreach ((string level, string format) in ((string, string)[])[("debug", "text"), ("debug", "json")])
        {
            await StartAsync(level, format);
            await LogInEverywhereAsync();
            await TalkNonsenseAsync();
            await TalkNonsenseOverHttpAsync();
            if (format == "text") await RunCommandsAsync();
            await LookAtRunningDaemonAsync();
            await LogInDuringOutagesAsync();
            await LookAtWhatIsLeftAsync();
            Assert.All(Expected, expected => Assert.Contains(expected, mail.Daemon.Log.ReadFrom(), StringComparison.Ordinal));
        }

        foreach (string level in (string[])["information", "warning", "error"])
        {
            await StartAsync(level, "json");
            await Task.WhenAll(people.All.SelectMany(person => (Task[])[LogInRawAsync(person.Login, person.Password.Text), LogInRawAsync(person.Login, wrong.Text)]));
            await TalkNonsenseAsync();
            await LookAtWhatIsLeftAsync();
        }

        Assert.Equal("", string.Join('\n', search.Findings.Distinct(StringComparer.Ordinal)));
        Assert.Contains(search.Searched, place => place.EndsWith("/ldap.view", StringComparison.Ordinal));
        Assert.Contains(search.Searched, place => place.Contains("journal", StringComparison.Ordinal));
    }

    private async Task PrepareSecretsAsync()
    {
        mail = await SecretMailSystem.StartAsync(Root);
        people = new(search);
        wrong = search.Add("a wrong password", "Wr0ng-Guess-0f-All");
        search.Add("the daemon's own password for LDAP", ServicePassword);
        search.Add("the secret of the HTTP listener", mail.Http.Secret);
        await people.AddToLdapAsync(mail.Slapd);
        await people.AddToPostgresAsync(mail.Database);
        await people.AddToFileAsync(mail.PasswdFile);
        await people.AddToSqliteAsync(mail.Daemon, mail.SqliteFile);
        await mail.Daemon.StopAsync();
    }

    /// <summary>LDAP checks passwords by a bind in one format of the log, and by the attribute in the other.</summary>
    private Task StartAsync(string level, string format) => mail.StartAsync(configuration =>
    {
        configuration["log"] = new JsonObject { ["level"] = level, ["format"] = format };
        if (format != "json") return;
        JsonNode ldap = configuration["directory"]!["ldap"]!;
        ldap["passwords"] = "userPassword";
        ldap["bindDn"] = AdministratorDn;
        ldap["bindPasswordFile"] = Root.WriteFile("ldap-admin.password", AdministratorPassword, 0b110_000_000);
    });

    private async Task LogInEverywhereAsync()
    {
        await Task.WhenAll(
            from route in mail.Routes
            from person in people.All
            select LogInAsync(route.Name, route.LogInAsync, person.Login, person.Password.Text));
        await Task.WhenAll(people.Damaged.Select(login => LogInRawAsync(login, wrong.Text)));
        foreach (string guess in (string[])["First-Gu3ss-0f-Carol", "Second-Gu3ss-0f-Carol"])
            await LogInRawAsync("carol", search.Add("a guess", guess).Text);
        search.LookAtProcesses();
    }

    private async Task LogInAsync(string name, Func<string, string, Task<bool>> logInAsync, string login, string password)
    {
        Assert.False(await logInAsync(login, wrong.Text));
        await Wait.UntilAsync(() => logInAsync(login, password), $"{login} gets in by {name}");
    }

    private async Task TalkNonsenseAsync()
    {
        string message = MailLogins.PlainMessage("bob", wrong.Text);
        string[] lines =
        [
            wrong.Text, message, $"NOSUCH\t{message}\t{wrong.Text}", $"CONT\t9\t{message}", $"CPID\t{wrong.Text}", $"VERSION\t{wrong.Text}\t1",
            $"AUTH\tx\tPLAIN\tservice=smtp\tresp={message}", $"AUTH\t1\tPLAIN\tservice=smtp\tresp={message}!{wrong.Text}",
            $"AUTH\t1\tCRAM-MD5\tservice=smtp\tresp={message}", $"AUTH\t1\tPLAIN\tservice=smtp\tresp={message}\tpass={wrong.Text}", $"PASS\t1\tbob\tpass={wrong.Text}",
            $"USER\t{wrong.Text}\tbob", $"REQUEST\t1\t2\t3\t{wrong.Text}", $"password={wrong.Text}", string.Concat(Enumerable.Repeat(message, 1000)),
        ];
        await Task.WhenAll(lines.SelectMany(line => (Task[])
        [
            RawLogin.SayAsync(mail.Sasl, line), RawLogin.SayAsync(mail.Sasl, line, isGreeted: false), RawLogin.SayAsync(mail.Userdb, line, isGreeted: false),

            // Who has mistaken one socket for the other.
            RawLogin.SayAsync(mail.Userdb, $"VERSION\t1\t2\nCPID\t5\n{line}", isGreeted: false), RawLogin.SayAsync(mail.Policy, $"VERSION\t1\t2\nCPID\t5\n{line}", isGreeted: false),
        ]));
    }

    private async Task TalkNonsenseOverHttpAsync()
    {
        string body = $"login=bob&password={wrong.Text}";
        (string Path, string Body, string Key)[] requests =
        [
            ("/passdb", body, wrong.Text), ("/passdb", body, ""), ("/nothing", body, mail.Http.Secret), ("/passdb", $"password={wrong.Text}", mail.Http.Secret),
            ("/passdb", $"{wrong.Text}=%zz&password", mail.Http.Secret), ("/passdb", string.Concat(Enumerable.Repeat(body + "&", 40)), mail.Http.Secret),
        ];
        foreach ((string path, string text, string key) in requests) search.LookAt($"answer to {path}", await mail.Http.PostAsync(path, text, key));
    }

    private async Task RunCommandsAsync()
    {
        Secret typed = search.Add("a password that was typed", "T7ped-By-Administrator");
        string printed = (await mail.Daemon.RunAsync(["hash-password"], typed.Text + "\n")).EnsureSuccess().Output.Trim();
        search.LookAt("hash-password", printed);
        search.Add("the hash that was printed", printed.Split('$')[^1]);
        string[][] commands =
        [
            ["check-config"], ["show-config"], ["show-config", "--defaults"], ["status"], ["status", "--json"], ["guard", "show", "--json"], ["ldap", "show"], ["blocks"],
            ["account", "list", "--json"], ["lookup", "account", "bob", "--json"], ["lookup", "account", "pat@truenorth.local"], ["lookup", "account", "sam@truenorth.local"],
            ["ask", "--login", "bob", "--sender", AddressOf("bob"), "--recipient", AddressOf("alice"), "--json"], ["doctor"], ["deliveries"],
        ];
        foreach (CommandResult done in await Task.WhenAll(commands.Select(command => mail.Daemon.RunAsync(command)))) LookAt(done);
        LookAt(await mail.Daemon.RunAsync(["guard", "clear", "--login", "carol"]));
        await LookAtRefusedSecretsAsync();
    }

    /// <summary>A password where none may be is an error that does not repeat it, and stays out of the log of a reload.</summary>
    private async Task LookAtRefusedSecretsAsync()
    {
        Secret misplaced = search.Add("a password in the configuration", "Mispl4ced-By-Admin");
        string before = await File.ReadAllTextAsync(mail.Daemon.ConfigurationFile);
        JsonObject configuration = JsonNode.Parse(before)!.AsObject();
        configuration["directory"]!["postgres"]!["connectionString"] += $";Password={misplaced.Text}";
        configuration["directory"]!["ldap"]!["bindPassword"] = misplaced.Text;
        long length = mail.Daemon.Log.Length;
        mail.Daemon.Reload(configuration.ToJsonString());
        await mail.Daemon.Log.WaitForAsync("configuration_rejected", length);
        CommandResult checkedOnce = await mail.Daemon.RunAsync(["check-config"]);
        Assert.NotEqual(0, checkedOnce.ExitCode);
        LookAt(checkedOnce);
        LookAt(await mail.Daemon.RunAsync(["show-config"]));
        length = mail.Daemon.Log.Length;
        mail.Daemon.Reload(before);
        await mail.Daemon.Log.WaitForAsync("configuration_reloaded", length);
    }

    private async Task LookAtRunningDaemonAsync()
    {
        string process = $"/proc/{mail.Daemon.Id}";
        foreach (string file in (string[])["cmdline", "environ"]) search.LookAtFile($"{process}/{file}");
        Assert.Matches(@"Max core file size +0 +0 ", await File.ReadAllTextAsync($"{process}/limits"));

        byte[] metrics = await LiveMetrics.ReadAsync(mail.Daemon.Id, "PolicyDaemon", "policydaemon.logins", TestContext.Current.CancellationToken);
        search.LookAt("metrics", metrics);
        Assert.Contains("metrics", search.Searched);
        search.LookAt("the store", await mail.DumpStoreAsync());
    }

    private async Task LogInDuringOutagesAsync()
    {
        string file = await File.ReadAllTextAsync(mail.PasswdFile);
        await people.DamageFileAsync(mail.PasswdFile);
        await Task.WhenAll(mail.Slapd.StopAsync(), mail.Postgres.StopAsync());
        await Task.WhenAll(
            from login in (string[])["bob", "pat@truenorth.local", "sam@truenorth.local", "fay@truenorth.local"]
            from password in (Secret[])[people.All.First(person => person.Login == login).Password, wrong]
            select LogInRawAsync(login, password.Text));
        Assert.False(await mail.Routes[0].LogInAsync("bob", wrong.Text));
        await File.WriteAllTextAsync(mail.PasswdFile, file);
        await Task.WhenAll(mail.Slapd.StartAsync(), mail.Postgres.StartAsync());
    }

    /// <summary>When the daemon has stopped: what lies on disk then, and what it said to the end.</summary>
    private async Task LookAtWhatIsLeftAsync()
    {
        search.LookAtProcesses();
        await mail.Daemon.StopAsync();
        foreach (string log in mail.Logs) search.LookAtFile(log);
        foreach (string file in mail.StateFiles) search.LookAtFile(file, file.StartsWith(mail.SqliteFile, StringComparison.Ordinal) ? people.KeptBySqlite : []);
    }

    private Task<string> LogInRawAsync(string login, string password) => RawLogin.LogInAsync(mail.Sasl, login, password);

    private void LookAt(CommandResult result) => search.LookAt(result.CommandLine, result.Output + result.Error);
}
