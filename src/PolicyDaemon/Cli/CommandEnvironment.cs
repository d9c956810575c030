using PolicyDaemon.Admin;
using PolicyDaemon.Cli.Pages;
using PolicyDaemon.Configuration;

namespace PolicyDaemon.Cli;

/// <summary>What commands work with: the terminal, the configuration, and the two ways to reach a daemon's objects.</summary>
internal sealed record CommandEnvironment
{
    public required string Version { get; init; }

    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public required Terminal Terminal { get; init; }

    /// <summary>Reads the configuration: the file named by <c>--config</c> or null, and the settings among the arguments.</summary>
    public required Func<string?, IReadOnlyList<string>, LoadedConfiguration> Load { get; init; }

    /// <summary>Runs the daemon until it is told to stop; given what it starts with, and how to read that again.</summary>
    public required Func<LoadedConfiguration, Func<LoadedConfiguration>, Task<int>> Run { get; init; }

    /// <summary>Opens the objects of a daemon in this process, for when none runs.</summary>
    public required Func<LoadedConfiguration, Task<OpenedAdministration>> Open { get; init; }

    /// <summary>Runs a program of this machine to its end.</summary>
    public Doctor.RunCommand RunProgram { get; init; } = Doctor.SystemCommand.RunAsync;

    /// <summary>May read the queue files of Postfix and move them.</summary>
    public bool IsRoot { get; init; } = Environment.IsPrivilegedProcess;

    /// <summary>Settings among the arguments of this command line.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    public Page OutputPage => new(Output, Terminal.HasColour);

    /// <summary>For what a person should see before answering a question; never coloured, it may go to a file.</summary>
    public Page ErrorPage => new(Error, hasColour: false);

    /// <summary>The environment of this process.</summary>
    public static CommandEnvironment OfProcess(
        string version,
        Func<LoadedConfiguration, Func<LoadedConfiguration>, Task<int>> run,
        Func<LoadedConfiguration, Task<OpenedAdministration>> open) => new()
    {
        Version = version,
        Output = Console.Out,
        Error = Console.Error,
        Terminal = Terminal.OfProcess(),
        Load = (file, settings) => ConfigurationLoader.Load(file, settings, ConfigurationLoader.ProcessEnvironment()),
        Run = run,
        Open = open,
    };

    /// <summary>Says what went wrong; always one line.</summary>
    public void Complain(string sentence) => Error.Write($"policydaemon: {PlainText.Of(sentence)}\n");
}

/// <summary>Objects that were opened for one command.</summary>
internal sealed class OpenedAdministration(IAdministration administration, IAsyncDisposable opened) : IAsyncDisposable
{
    public IAdministration Administration => administration;

    public ValueTask DisposeAsync() => opened.DisposeAsync();
}
