using PolicyDaemon.Cli;
using PolicyDaemon.Configuration;
using PolicyDaemon.Doctor;
using PolicyDaemon.Tests.Daemon.Admin;

namespace PolicyDaemon.Tests.Daemon.Cli;

/// <summary>
/// Runs command lines as a person would, with a configuration of its own in a temporary folder. No daemon runs unless a test starts one
/// on <see cref="SocketPath"/>; this process's objects are a <see cref="SmallDaemon"/>.
/// </summary>
internal sealed class CommandRun : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("policydaemon-cli-");
    private readonly Queue<string> typed = new();

    public CommandRun()
    {
        ConfigFile = Path.Combine(folder.FullName, "policydaemon.json");
        SocketPath = Path.Combine(folder.FullName, "admin.sock");
        WriteConfig($$"""{ "node": "mx1", "listen": { "admin": "unix:{{SocketPath}}" }, "directory": { "sqlite": { "path": "{{DatabasePath}}" } } }""");
    }

    public SmallDaemon Daemon { get; } = new();

    public string ConfigFile { get; }

    public string SocketPath { get; }

    public string DatabasePath => Path.Combine(folder.FullName, "policydaemon.db");

    /// <summary>What was written, since the last command began.</summary>
    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    public bool HasColour { get; set; }

    public bool IsInteractive { get; set; }

    /// <summary>Standard input, for when no person types.</summary>
    public string Input { get; set; } = "";

    /// <summary>What opening the objects of this process ends in; null: well.</summary>
    public Exception? OpenFault { get; set; }

    /// <summary>The prompts that were shown.</summary>
    public List<string> Prompts { get; } = [];

    /// <summary>The programs that were run.</summary>
    public List<string> Programs { get; } = [];

    /// <summary>How they ended.</summary>
    public CommandOutput ProgramResult { get; set; } = new(0, "", "");

    /// <summary>How each ended, by its line; null: as <see cref="ProgramResult"/>.</summary>
    public Func<string, CommandOutput>? ProgramAnswer { get; set; }

    /// <summary>The person is root.</summary>
    public bool IsRoot { get; set; } = true;

    /// <summary>Why they could not be run.</summary>
    public Exception? ProgramFault { get; set; }

    /// <summary>What a daemon was started with.</summary>
    public LoadedConfiguration? Started { get; private set; }

    public void WriteConfig(string json) => File.WriteAllText(ConfigFile, json);

    /// <summary>A person types these at the next prompts.</summary>
    public void Type(params string[] lines)
    {
        IsInteractive = true;
        foreach (string line in lines) typed.Enqueue(line);
    }

    /// <param name="line">Split at spaces; double quotes hold together.</param>
    public Task<int> RunAsync(string line) => RunAsync(Split(line));

    public async Task<int> RunAsync(params string[] arguments)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        using StringReader input = new(Input);
        int status = await CommandLine.InvokeAsync(arguments, EnvironmentOf(output, error, input));
        Output = output.ToString();
        Error = error.ToString();
        return status;
    }

    /// <summary>The tree of commands, with nothing behind it.</summary>
    public static TaughtCommand Tree()
    {
        using CommandRun run = new();
        return CommandLine.Build(run.EnvironmentOf(TextWriter.Null, TextWriter.Null, TextReader.Null));
    }

    /// <summary>As a shell would, but for the characters that only a shell understands.</summary>
    public static string[] Split(string line) =>
        [.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(line)];

    public void Dispose()
    {
        Daemon.Database?.Dispose();
        folder.Delete(recursive: true);
    }

    private CommandEnvironment EnvironmentOf(TextWriter output, TextWriter error, TextReader input) => new()
    {
        Version = "0.1.0",
        Output = output,
        Error = error,
        Terminal = new Terminal
        {
            HasColour = HasColour,
            IsInteractive = IsInteractive,
            Input = input,
            ReadHidden = prompt =>
            {
                Prompts.Add(prompt);
                return typed.TryDequeue(out string? line) ? line : null;
            },
            ReadShown = prompt =>
            {
                Prompts.Add(prompt);
                return typed.TryDequeue(out string? line) ? line : null;
            },
        },
        RunProgram = (program, arguments, _) =>
        {
            Programs.Add($"{program} {string.Join(' ', arguments)}");
            return ProgramFault is { } fault ? throw fault : Task.FromResult(ProgramAnswer?.Invoke(Programs[^1]) ?? ProgramResult);
        },
        IsRoot = IsRoot,
        Load = (file, settings) => ConfigurationLoader.Load(file ?? ConfigFile, settings, new Dictionary<string, string>()),
        Run = (started, _) =>
        {
            Started = started;
            return Task.FromResult(ExitStatus.Yes);
        },
        Open = _ => OpenFault is { } fault ? throw fault : Task.FromResult(new OpenedAdministration(Daemon.AdministrationFor("tester"), new Nothing())),
    };

    private sealed class Nothing : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => default;
    }
}
