using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using PolicyDaemon.Cli.Commands;

namespace PolicyDaemon.Cli;

/// <summary>The commands there are, and the way from a command line to an exit status.</summary>
internal static class CommandLine
{
    private static readonly ParserConfiguration Parsing = new()
    {
        // A catch-all is written @example.org; it must not be taken for the name of a file with arguments.
        ResponseFileTokenReplacer = null,
    };

    /// <returns>The exit status, see <see cref="ExitStatus"/>.</returns>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> arguments, CommandEnvironment environment)
    {
        var keys = environment.Load(null, []).Keys.Select(key => key.Name);
        var topLevelKeys = keys.Where(name => !name.Contains('.', StringComparison.Ordinal)).ToList();
        var (words, settings) = ConfigurationArguments.Split(arguments, topLevelKeys);
        environment = environment with { Settings = settings };

        var parsed = Build(environment).Parse(words, Parsing);
        if (parsed.Errors.Count > 0)
        {
            environment.Complain($"{Mistyped.Describe(parsed)}; see: {HelpPage.FullName(parsed.CommandResult.Command)} --help");
            return ExitStatus.CannotTell;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = environment.Output,
                Error = environment.Error,
                EnableDefaultExceptionHandler = false,

                // The daemon heeds SIGTERM and SIGINT itself; the other commands may simply end.
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception exception)
        {
            // Where it happened is all that a report of it can say, so it is shown.
            environment.Complain("this is our mistake, please report it with what follows");
            await environment.Error.WriteLineAsync(exception.ToString());
            return ExitStatus.CannotTell;
        }
    }

    /// <summary>The whole tree. Commands are listed in the order in which help shows them.</summary>
    public static TaughtCommand Build(CommandEnvironment environment)
    {
        var root = new TaughtCommand("policydaemon", "decides for Postfix who may send what to whom")
        {
            Details =
            [
                "Without a command it runs the daemon. Commands ask and steer the running daemon over its admin socket; ask, lookup, " +
                "the directory commands and blocks work without one too.",
                "Any key of the configuration can be given as an option: --log.level debug, --directory:ldap:staleFor=1h. Secrets cannot.",
            ],
            Examples =
            [
                new("Run the daemon in the foreground", "run"),
                new("Why is alice refused?", "ask --login alice --sender alice@truenorth.local --recipient bob@example.org"),
                new("Stop a stolen account now, for two hours", "block alice --for 2h --reason \"stolen password\""),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "yes: it is so, or it is done"),
                (ExitStatus.No, "no: it is not so, or it was refused"),
                (ExitStatus.CannotTell, "cannot tell: the command was not understood, or something that had to be asked did not answer"),
            ],
        };
        root.Add(CommandOptions.Config);
        foreach (var command in Commands(environment)) root.Add(command);
        root.Add(HelpCommand.Create(root));
        root.Add(new HelpOption("--help", "-h", "-?")
        {
            Action = new WriteHelp(),
            Recursive = true,
            Description = "Show help of the command.",
        });
        root.Add(new VersionOption("--version") { Action = new WriteVersion(environment.Version), Description = "Show the version." });
        root.SetAction((parsed, _) => RunCommand.RunAsync(environment, parsed));
        return root;
    }

    private static IEnumerable<Command> Commands(CommandEnvironment environment) =>
    [
        RunCommand.Create(environment),
        StatusCommand.Create(environment),
        CheckConfigCommand.Create(environment),
        ShowConfigCommand.Create(environment),
        AskCommand.Create(environment),
        LookupCommand.Create(environment),
        BlockCommand.Create(environment),
        UnblockCommand.Create(environment),
        BlocksCommand.Create(environment),
        DomainCommand.Create(environment),
        AccountCommand.Create(environment),
        AliasCommand.Create(environment),
        KickCommand.Create(environment),
        QueueCommand.Create(environment),
        LimitsCommand.Create(environment),
        GuardCommand.Create(environment),
        DeliveriesCommand.Create(environment),
        LdapCommand.Create(environment),
        MigrateCommand.Create(environment),
        HashPasswordCommand.Create(environment),
        DoctorCommandLine.Create(environment),
    ];

    private sealed class WriteVersion(string version) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.Write($"policydaemon {version}\n");
            return ExitStatus.Yes;
        }
    }
}
