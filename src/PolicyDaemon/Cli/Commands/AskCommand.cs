using System.CommandLine;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Puts one question to the engine and shows every check, as <c>postmap -q</c> does for a table.</summary>
internal sealed class AskCommand
{
    private readonly Option<string> login = Text("--login", "LOGIN", "SASL username. Default: the client did not log in.");
    private readonly Option<string?> sender = new("--sender")
    {
        HelpName = "ADDRESS",
        Description = "Envelope sender; '<>' is the null sender. Needed from MAIL on.",
    };

    private readonly Option<string> recipient = Text("--recipient", "ADDRESS", "Recipient. Needed at RCPT.");
    private readonly Option<string> client = Text("--client", "IP", "Client address, IPv4 or IPv6. Default: unknown.");
    private readonly Option<string?> stage = new("--stage")
    {
        HelpName = "STATE",
        Description = $"Postfix's protocol_state: {string.Join(", ", AskQuestion.StageWords)}. Default: RCPT with --recipient, else MAIL.",
    };

    private readonly Option<string> instance = Text(
        "--instance", "ID", "Postfix's instance, by which a message is charged once. Default: none.");
    private readonly Option<long?> size = CommandOptions.Size(
        "--size", "Size of the message in octets, such as 20000 or 10M. Default: 0, unknown.");
    private readonly Option<int?> recipientCount = CommandOptions.Count(
        "--recipient-count", "Accepted recipients. Default: 1 at DATA and END-OF-MESSAGE, 0 before.");
    private readonly Option<string> context = Text("--context", "TEXT", "Postfix's policy_context, such as submission. Default: none.");
    private readonly Option<string?> headerFrom = new("--header-from")
    {
        HelpName = "TEXT",
        Description = "What stands behind From: in the message, as a milter sees it. The stage is then END-OF-MESSAGE.",
    };

    private readonly Option<string?> headerSender = new("--header-sender")
    {
        HelpName = "TEXT",
        Description = "What stands behind Sender: in the message. Default: there is none.",
    };

    private readonly Option<bool> offline = CommandOptions.Offline();
    private readonly Option<bool> json = CommandOptions.Json();

    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var ask = new AskCommand();
        var command = new TaughtCommand(
            "ask", "Put one question to the engine and explain every check, the facts it used and how old they are.")
        {
            Details =
            [
                "Nothing is charged and no decision is logged. Every check is shown with its mode, whether it is reached, what it " +
                "would answer alone, its reason, its reply, the private cause and each fact with its source, entry and age.",
            ],
            Examples =
            [
                new("May alice send this?", "ask --login alice --sender alice@truenorth.local --recipient bob@example.org"),
                new(
                    "May she send at all, by the file that is not in force yet?",
                    "ask --login alice --sender alice@truenorth.local --config new.json --offline"),
                new(
                    "What does a stranger learn about carol?",
                    "ask --sender eve@example.net --recipient carol@truenorth.local --client 203.0.113.9"),
                new(
                    "Would a message to 80 people, with this From, exceed a limit or be refused?",
                    "ask --login alice --sender alice@truenorth.local --header-from alice@truenorth.local --recipient-count 80 --json"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "Dunno: nothing against it"),
                (ExitStatus.No, "refused, deferred or held, because a rule says so"),
                (ExitStatus.CannotTell, "deferred because a fact could not be had; or the question was not understood, or nobody could be asked"),
            ],
        };
        command.With(
            ask.login,
            ask.sender,
            ask.recipient,
            ask.client,
            ask.stage,
            ask.instance,
            ask.size,
            ask.recipientCount,
            ask.context,
            ask.headerFrom,
            ask.headerSender,
            ask.offline,
            ask.json);
        command.SetAction((parsed, token) => ask.RunAsync(environment, parsed, token));
        return command;
    }

    private static Option<string> Text(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description, DefaultValueFactory = _ => "" };

    private Task<int> RunAsync(CommandEnvironment environment, ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = new AskRequest(
            parsed.GetValue(login)!,
            parsed.GetValue(sender),
            parsed.GetValue(recipient)!,
            parsed.GetValue(client)!,
            parsed.GetValue(stage),
            parsed.GetValue(instance)!,
            parsed.GetValue(size) ?? 0,
            parsed.GetValue(recipientCount),
            parsed.GetValue(context)!,
            parsed.GetValue(headerFrom),
            parsed.GetValue(headerSender));
        return new DaemonAccess(environment).UseAsync(
            parsed.GetValue(CommandOptions.Config),
            parsed.GetValue(offline),
            "answered by this process, which does not know what a daemon has counted",
            async administration => Reporting.Show(
                environment,
                parsed.GetValue(json),
                await administration.AskAsync(request, cancellationToken),
                AdminJson.Default.AskReport,
                AskPage.Write,
                report => report.CannotTell ? ExitStatus.CannotTell : report.Verdict == Verdict.Dunno ? ExitStatus.Yes : ExitStatus.No));
    }
}
