using System.ComponentModel;
using System.Diagnostics;

namespace PolicyDaemon.Doctor;

/// <summary>Runs a program to its end, with LC_ALL=C.</summary>
/// <param name="arguments">Each one word; no shell reads them.</param>
/// <exception cref="InstallationException">It cannot be started, or takes too long.</exception>
internal delegate Task<CommandOutput> RunCommand(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken);

internal sealed record CommandOutput(int ExitCode, string Output, string Error);

/// <summary>Something that must be known cannot be found out.</summary>
internal sealed class InstallationException(string message, Exception? inner = null) : Exception(message, inner);

internal static class SystemCommand
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    internal static async Task<CommandOutput> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Longest);
        using var process = Start(program, arguments);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new CommandOutput(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException exception)
        {
            process.Kill();
            cancellationToken.ThrowIfCancellationRequested();
            throw new InstallationException($"{program} does not end", exception);
        }
    }

    private static Process Start(string program, IReadOnlyList<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                // Messages are told apart by their text.
                Environment = { ["LC_ALL"] = "C" },
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception exception)
        {
            throw new InstallationException($"cannot run {program}: {exception.Message}", exception);
        }
    }
}
