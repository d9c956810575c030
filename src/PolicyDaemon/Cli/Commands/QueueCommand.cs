using System.CommandLine;
using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;
using PolicyDaemon.Doctor;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.MailQueue;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Mail that was accepted before its sender was stopped: it is in Postfix's queue, and no check is asked about it again.</summary>
internal sealed class QueueCommand
{
    private const string Programs = "It asks postqueue and postcat and uses postsuper; run it as root, on each host with a Postfix. The daemon starts no programs and needs not run.";

    private readonly Option<string?> login = new("--login")
    {
        HelpName = "LOGIN",
        Description = "Whose mail: a login, or an address that one account owns. Mail that was submitted under any of the account's logins or its main address.",
    };

    private readonly Option<string?> sender = new("--sender")
    {
        HelpName = "ADDRESS",
        Description = "Only mail with this envelope sender; upper and lower case are the same. Alone, for mail that came without a login, or through a content filter.",
    };

    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Show what would be moved, and move nothing." };

    private readonly Option<string?> postfix = new("--postfix-config")
    {
        HelpName = "DIRECTORY",
        Description = "Postfix's configuration directory, for another instance than the default one.",
    };

    private readonly Option<bool> json = CommandOptions.Json();

    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var command = new TaughtCommand("queue", "Hold, or release, what somebody has in Postfix's queue.")
        {
            Details = ["A block stops the next command of a session, not mail that was accepted before. " + Programs],
            Examples =
            [
                new("What has alice in the queue?", "queue hold --login alice --dry-run"),
                new("Keep it there", "queue hold --login alice"),
                new("It was hers: let it go", "queue release --login alice"),
            ],
        };
        command.Add(new QueueCommand().Hold(environment));
        command.Add(new QueueCommand().Release(environment));
        return command;
    }

    private TaughtCommand Hold(CommandEnvironment environment) => WithOptions(environment, isRelease: false, new TaughtCommand("hold", "Move mail of a login, or of a sender, to Postfix's hold queue.")
    {
        Details =
        [
            "Looks in the incoming, active and deferred queues, and again until nothing of theirs is left there. First block the login: what comes afterwards is not held by this. A message that Postfix has just " +
            "given to another host is gone. Held mail does not expire: release it, or delete it with postsuper -d.",
            Programs,
        ],
        Examples =
        [
            new("A stolen account: stop it, then keep what it has in the queue", "block alice --reason \"stolen password\" && policydaemon queue hold --login alice"),
            new("Only look", "queue hold --login alice --dry-run"),
            new("Of a web page that sends without a login", "queue hold --sender www-data@truenorth.local"),
            new("The queue ids, for another Postfix instance", "queue hold --login alice --postfix-config /etc/postfix-out --json | jq -r '.messages[].queueId'"),
        ],
        Statuses = StatusesOf("held"),
    });

    private TaughtCommand Release(CommandEnvironment environment) => WithOptions(environment, isRelease: true, new TaughtCommand("release", "Move mail of a login, or of a sender, from the hold queue back to delivery.")
    {
        Details =
        [
            "Postfix delivers it at its next run through the deferred queue (queue_run_delay, 300 s by default); postqueue -f makes that now. It releases all held mail of the login, whoever held it and why: a block with " +
            "action hold, a rule of header_checks or of another milter too. Look with --dry-run first.",
            Programs,
        ],
        Examples =
        [
            new("What would go?", "queue release --login alice --dry-run"),
            new("Let it go, at once", "queue release --login alice && postqueue -f"),
            new("Only what was sent under her own address, not what the thief wrote under another", "queue release --login alice --sender alice@truenorth.local"),
        ],
        Statuses = StatusesOf("released"),
    });

    private TaughtCommand WithOptions(CommandEnvironment environment, bool isRelease, TaughtCommand command)
    {
        command.Validators.Add(result =>
        {
            if (result.GetResult(login) is null && result.GetResult(sender) is null) result.AddError("say whose mail: --login LOGIN, --sender ADDRESS, or both");

            // An empty variable of a shell is a mistake, and mail without a login is what the world sends.
            if (IsEmpty(login)) result.AddError("--login is empty: say whose mail");
            if (IsEmpty(sender)) result.AddError("--sender is empty; the null sender is MAILER-DAEMON");

            bool IsEmpty(Option option) => result.GetResult(option)?.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)) ?? false;
        });
        return command.With(login, sender, dryRun, postfix, json).Runs((parsed, token) => RunAsync(environment, parsed, isRelease, token));
    }

    private static IReadOnlyList<(int, string)> StatusesOf(string done) =>
    [
        (ExitStatus.Yes, $"mail was {done}, or with --dry-run would be"),
        (ExitStatus.No, "there is no such mail"),
        (ExitStatus.CannotTell, $"not root, Postfix or a directory could not be asked, or the command was not understood; what was {done} before is shown"),
    ];

    private async Task<int> RunAsync(CommandEnvironment environment, ParseResult parsed, bool isRelease, CancellationToken cancellationToken)
    {
        if (!environment.IsRoot)
        {
            environment.Complain("only root may look into Postfix's queue files: run this with sudo");
            return ExitStatus.CannotTell;
        }

        if (parsed.GetValue(login) is not { } whose) return await SweepAsync(environment, parsed, new(isRelease, [], parsed.GetValue(sender)), cancellationToken);
        return await new DaemonAccess(environment).UseAsync(
            parsed.GetValue(CommandOptions.Config),
            isOffline: false,
            remarkWithoutDaemon: null,
            async administration =>
            {
                var outcome = await administration.LookUpAsync(new LookupRequest(LookupKind.Account, whose), cancellationToken);
                if (!outcome.TryGetReport(out var report, out var refusal)) return Reporting.Complain(environment, refusal);
                var isPartial = report.Answer == LookupAnswer.Unavailable;
                if (isPartial) environment.Complain($"a directory could not be asked, the account may have more names: {report.Cause}");

                // Who is not in the directory any more may still have mail in the queue.
                var names = report.Accounts.SelectMany(account => account.Logins.Concat(account.Addresses.Take(1)));
                var status = await SweepAsync(environment, parsed, new(isRelease, [whose, report.Key, .. names], parsed.GetValue(sender)), cancellationToken);
                return isPartial ? ExitStatus.CannotTell : status;
            });
    }

    private async Task<int> SweepAsync(CommandEnvironment environment, ParseResult parsed, QueueOrder order, CancellationToken cancellationToken)
    {
        var directory = parsed.GetValue(postfix) is { } named ? Path.GetFullPath(named) : null;
        QueueSweep sweep = new(new PostfixQueue(environment.RunProgram, directory), order);
        var isDryRun = parsed.GetValue(dryRun);
        try
        {
            if (!isDryRun) await sweep.MoveAsync(cancellationToken);
            return Show(isDryRun ? await sweep.FindAsync(cancellationToken) : sweep.Moved);
        }
        catch (InstallationException failure)
        {
            if (sweep.Moved.Count > 0) Show(sweep.Moved);
            environment.Complain(failure.Message);
            return ExitStatus.CannotTell;
        }

        int Show(IReadOnlyList<QueuedMessage> messages) => Reporting.Show(
            environment,
            parsed.GetValue(json),
            new QueueReport(isDryRun, messages),
            AdminJson.Default.QueueReport,
            (page, report) => QueuePage.Write(page, order, report),
            report => report.Messages.Count > 0 ? ExitStatus.Yes : ExitStatus.No);
    }
}
