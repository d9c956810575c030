namespace PolicyDaemon.Doctor;

/// <summary>
/// <c>policydaemon doctor</c>: reads Postfix's configuration, the daemon's sockets and secrets, says what is wrong and what mends it.
/// </summary>
internal sealed class DoctorCommand(RunCommand run)
{
    internal const int NothingFound = 0;

    /// <summary>An error or a warning; notes alone do not count.</summary>
    internal const int Found = 1;

    /// <summary>Postfix's configuration could not be read, or something could not be looked at and nothing else was found.</summary>
    internal const int CannotTell = 2;

    internal DoctorCommand()
        : this(SystemCommand.RunAsync)
    {
    }

    /// <returns>The exit code.</returns>
    internal async Task<int> RunAsync(DoctorOptions options, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        IReadOnlyList<Finding> findings;
        try
        {
            var installation = await new InstallationReader(run).ReadAsync(options, cancellationToken);
            if (installation.Smtpds.Count == 0) throw new InstallationException("master.cf has no smtpd service: is this the right configuration?");
            findings = Diagnoses.Examine(installation);
        }
        catch (Exception exception) when (exception is InstallationException or FormatException)
        {
            await error.WriteLineAsync($"policydaemon: {exception.Message}");
            return CannotTell;
        }

        await output.WriteAsync(options.IsJson ? DoctorReport.ToJson(findings) : DoctorReport.ToText(findings, options.IsTerminal));
        return ExitCodeOf(findings);
    }

    private static int ExitCodeOf(IReadOnlyList<Finding> findings) =>
        findings.Any(finding => finding.Severity >= Severity.Warning) ? Found
        : findings.Any(finding => finding.Severity == Severity.Undecided) ? CannotTell
        : NothingFound;
}
