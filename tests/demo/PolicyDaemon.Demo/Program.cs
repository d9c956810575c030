using System.Text.Json.Nodes;
using PolicyDaemon.Demo;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;

// Plays the product's story on a private Postfix, Dovecot and slapd, and prints every conversation. Exit status 0: it went as told.
if (Environment.UserName != "root")
{
    await Console.Error.WriteLineAsync("the demonstration starts a private Postfix and Dovecot, which needs root: sudo make demo");
    return 2;
}

await using MailStackRoot root = await MailStackRoot.CreateAsync();
Narrator narrator = new(Console.Out);
narrator.Say($"Starting Postfix, Dovecot, slapd and PolicyDaemon in {root.Directory} ...");
PolicedMailSystem mail = await PolicedMailSystem.StartAsync(root, configuration => configuration["log"] = new JsonObject { ["level"] = "information" });
await new Story(mail, narrator).TellAsync();
return narrator.ExitCode;
