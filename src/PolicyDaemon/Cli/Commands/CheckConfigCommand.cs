namespace PolicyDaemon.Cli.Commands;

/// <summary>Says whether the configuration is good, or every mistake in it at once.</summary>
internal static class CheckConfigCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var command = new TaughtCommand(
            "check-config", "Check the configuration and say every mistake at once, with key, value and what is expected.")
        {
            Details = ["Nothing is opened or changed, and no daemon is asked. Mistakes and warnings go to standard error, one a line."],
            Examples =
            [
                new("The file of this machine", "check-config"),
                new("A new file, before it takes the old one's place", "check-config --config /root/policydaemon.json.new"),
                new("Reload only what is good", "check-config && systemctl reload policydaemon"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "good, perhaps with warnings"),
                (ExitStatus.No, "there are mistakes"),
                (ExitStatus.CannotTell, "the command was not understood"),
            ],
        };
        command.SetAction((parsed, _) => Task.FromResult(Check(environment, parsed.GetValue(CommandOptions.Config))));
        return command;
    }

    private static int Check(CommandEnvironment environment, string? file)
    {
        var loaded = environment.Load(file, environment.Settings);
        foreach (var warning in loaded.Warnings) environment.Complain($"warning: {warning}");
        foreach (var error in loaded.Errors) environment.Complain(error);
        if (loaded.Options is null) return ExitStatus.No;
        environment.OutputPage.Line($"{loaded.Source}: good");
        return ExitStatus.Yes;
    }
}
