using System.Diagnostics;

namespace PolicyDaemon.MailStack.Processes;

/// <summary>A program that is run to its end.</summary>
public static class Command
{
    /// <summary>Longer than any command needs on a busy machine; after it the command counts as hung and is killed.</summary>
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    /// <param name="program">A name looked up in PATH, or a path.</param>
    /// <param name="input">What the program reads on its standard input; without it the input is empty.</param>
    /// <param name="limit">After this time the command is killed, with its children, and the call throws.</param>
    /// <returns>Whatever the program answered, also a failure; see <see cref="CommandResult.EnsureSuccess"/>.</returns>
    public static async Task<CommandResult> RunAsync(
        string program, IEnumerable<string> arguments, string input = "", TimeSpan? limit = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        string commandLine = string.Join(' ', start.ArgumentList.Prepend(program));
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{commandLine}: did not start");
        using CancellationTokenSource timeout = new(limit ?? DefaultLimit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(timeout.Token);
            await WriteInputAsync(process, input, timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new(commandLine, process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{commandLine}: no end after {limit ?? DefaultLimit}", late);
        }
    }

    private static async Task WriteInputAsync(Process process, string input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input; its exit code tells why.
        }
    }
}

/// <summary>How a command ended and what it wrote.</summary>
public sealed record CommandResult(string CommandLine, int ExitCode, string Output, string Error)
{
    /// <summary>Throws with everything that the command wrote unless it ended with 0.</summary>
    public CommandResult EnsureSuccess() =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"{CommandLine}: exit status {ExitCode}\n{Output}{Error}");
}
