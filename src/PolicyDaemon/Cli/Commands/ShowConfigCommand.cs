using System.CommandLine;
using PolicyDaemon.Configuration;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Shows what is set, or what there is to set; as <c>postconf -n</c> and <c>postconf -d</c> do.</summary>
internal static class ShowConfigCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var defaults = new Option<bool>("--defaults")
        {
            Description = "Show every key there is with its default instead; the output is a configuration file.",
        };
        var command = new TaughtCommand("show-config", "Show what is set, from file, environment and options together, as JSON.")
        {
            Details = ["Secrets are in files of their own; only the names of those files are shown."],
            Examples =
            [
                new("What is set here", "show-config"),
                new("What there is to set", "show-config --defaults"),
                new("One value, for a script", "show-config | jq -r .directory.ldap.baseDn"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "shown"),
                (ExitStatus.No, "the configuration has errors"),
                (ExitStatus.CannotTell, "the command was not understood"),
            ],
        };
        command.Add(defaults);
        command.SetAction((parsed, _) =>
            Task.FromResult(Show(environment, parsed.GetValue(CommandOptions.Config), parsed.GetValue(defaults))));
        return command;
    }

    private static int Show(CommandEnvironment environment, string? file, bool defaults)
    {
        var loaded = environment.Load(file, environment.Settings);
        if (defaults)
        {
            environment.Output.Write(ConfigurationPrinter.PrintDefaults(loaded));
            return ExitStatus.Yes;
        }

        foreach (var error in loaded.Errors) environment.Complain(error);
        if (loaded.Options is null) return ExitStatus.No;
        environment.Output.Write(ConfigurationPrinter.PrintSet(loaded));
        return ExitStatus.Yes;
    }
}
