using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Containers;

/// <summary>What a Containerfile makes, without an engine: its steps are run in a copy of its Debian.</summary>
public sealed class ContainerImage
{
    /// <summary>Longer than debootstrap takes over a slow line.</summary>
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(15);

    /// <summary>The steps are appended; all mounts end with the namespace.</summary>
    private const string Prepare = """
        set -e
        cd "$2"
        mkdir -p layer work system
        mount -t overlay overlay -o "lowerdir=$1,upperdir=layer,workdir=work" system
        mount -t proc proc system/proc
        mount --rbind /dev system/dev

        """;

    private ContainerImage(string original, string directory) => (Original, Directory) = (original, directory);

    /// <summary>As the engine has it when the Containerfile says nothing of it.</summary>
    public Dictionary<string, string> Environment { get; } = new() { ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };

    /// <summary><c>UID:GID</c>.</summary>
    public string User { get; private set; } = "0:0";

    public IReadOnlyList<string> Entrypoint { get; private set; } = [];

    /// <summary>What the entrypoint is given when nobody says otherwise.</summary>
    public IReadOnlyList<string> Arguments { get; private set; } = [];

    public IReadOnlyList<string> HealthCheck { get; private set; } = [];

    /// <summary>Paths whose content outlives a container.</summary>
    public IReadOnlyList<string> Volumes { get; private set; } = [];

    /// <summary>What was copied, as the Containerfile names it.</summary>
    public List<string> Sources { get; } = [];

    /// <summary>The Debian below.</summary>
    internal string Original { get; }

    /// <summary>What the steps have made, above the Debian.</summary>
    internal string Layer => Path.Combine(Directory, "layer");

    private string Directory { get; }

    /// <param name="containerfile">Its COPY sources are below its directory.</param>
    /// <remarks>The steps before the first COPY need the network: <c>scripts/build-container-chroot</c> has run them once.</remarks>
    public static async Task<ContainerImage> BuildAsync(MailStackRoot root, string containerfile)
    {
        string original = (await Command.RunAsync(Checkout.PathOf("scripts", "build-container-chroot"), [], limit: BuildLimit)).EnsureSuccess().Output.Trim();
        ContainerImage image = new(original, root.MakeDirectory("image"));
        string context = Path.GetDirectoryName(containerfile)!;
        string steps = string.Concat(Containerfile.Read(containerfile).SkipWhile(step => step.Name != "COPY").Select(step => image.Take(step, context)));
        (await Command.RunAsync("unshare", ["--mount", "--", "sh", "-c", Prepare + steps, "image", original, image.Directory], limit: BuildLimit)).EnsureSuccess();
        return image;
    }

    /// <summary>A volume that is new: a directory with owner and mode of what the image has at its place.</summary>
    public async Task<string> MakeVolumeAsync(MailStackRoot root, string name, string target)
    {
        string volume = root.MakeDirectory(name);
        foreach (string program in new[] { "chown", "chmod" }) (await Command.RunAsync(program, [$"--reference={Layer}{target}", volume])).EnsureSuccess();
        return volume;
    }

    /// <returns>The line of the shell that does it, if it is to be done now.</returns>
    private string Take(ContainerInstruction step, string context)
    {
        switch (step)
        {
            case { Name: "COPY", Text: var text } when text.Split(' ') is [var source, var target]:
                Sources.Add(source);
                return $"mkdir -p system{target}\ncp -r --preserve=mode,timestamps,links {Quote(Path.Combine(context, source))}/. system{target}/\n";
            case { Name: "RUN", Text: var text } when User == "0:0":
                return $"chroot system env -i {string.Join(' ', Environment.Select(variable => Quote($"{variable.Key}={variable.Value}")))} "
                    + $"{string.Join(' ', ContainerInstruction.CommandOf(text).Select(Quote))}\n";
            case { Name: "ENV", Text: var text } when text.Split('=', 2) is [var name, var value]:
                Environment[name] = value;
                break;
            case { Name: "USER" }:
                User = step.Text;
                break;
            case { Name: "VOLUME" }:
                Volumes = ContainerInstruction.CommandOf(step.Text);
                break;
            case { Name: "ENTRYPOINT" }:
                Entrypoint = ContainerInstruction.CommandOf(step.Text);
                break;
            case { Name: "CMD" }:
                Arguments = ContainerInstruction.CommandOf(step.Text);
                break;
            case { Name: "HEALTHCHECK" }:
                HealthCheck = ContainerInstruction.CommandOf(step.Text[(step.Text.IndexOf("CMD ", StringComparison.Ordinal) + "CMD ".Length)..]);
                break;
            default:
                throw new NotSupportedException($"{step.Name} {step.Text}");
        }

        return "";
    }

    internal static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
