using PolicyDaemon.Backends.Passwords;

namespace PolicyDaemon.Cli.Commands;

/// <summary>Hashes a password for a table or a file of one's own.</summary>
internal static class HashPasswordCommand
{
    public static TaughtCommand Create(CommandEnvironment environment)
    {
        var scheme = CommandOptions.Scheme();
        var command = new TaughtCommand("hash-password", "Hash a password for a table, a passwd-file or userPassword, as doveadm pw does.")
        {
            Details =
            [
                "The password is typed twice and not shown, or read as one line from standard input. No argument takes it: process " +
                "lists are public.",
            ],
            Examples =
            [
                new("Typed by hand", "hash-password"),
                new("For a system whose Dovecot has no Argon2", "hash-password --scheme SHA512-CRYPT"),
                new("Of a generated password", "hash-password < /root/new-password"),
            ],
            Statuses =
            [
                (ExitStatus.Yes, "the hash is on standard output"),
                (ExitStatus.CannotTell, "no usable password, a system library is missing, or the command was not understood"),
            ],
        };
        command.Add(scheme);
        command.SetAction((parsed, _) => Task.FromResult(Hash(environment, parsed.GetValue(scheme))));
        return command;
    }

    private static int Hash(CommandEnvironment environment, PasswordScheme scheme)
    {
        var read = PasswordPrompt.ReadHash(environment.Terminal, "", scheme);
        if (!read.TryGetReport(out var hash, out var refusal)) return Reporting.Complain(environment, refusal);
        environment.Output.Write(hash + "\n");
        return ExitStatus.Yes;
    }
}
