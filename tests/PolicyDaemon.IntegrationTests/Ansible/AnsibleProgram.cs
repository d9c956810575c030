using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.IntegrationTests.Ansible;

/// <summary>Ansible and what belongs to it, run in <c>ansible/</c>; what it writes for itself goes into a directory of the test.</summary>
internal sealed class AnsibleProgram(string directory)
{
    private readonly Dictionary<string, string> environment = new()
    {
        ["ANSIBLE_HOME"] = Path.Combine(directory, "ansible"),
        ["ANSIBLE_LOCAL_TEMP"] = Path.Combine(directory, "ansible", "tmp"),
        ["ANSIBLE_ROLES_PATH"] = Checkout.PathOf("ansible", "roles"),
        ["ANSIBLE_PIPELINING"] = "1",
        ["ANSIBLE_NOCOLOR"] = "1",
        // Python writes what it compiles beside what it reads.
        ["PYTHONDONTWRITEBYTECODE"] = "1",
        ["XDG_CACHE_HOME"] = Path.Combine(directory, "ansible", "cache"),
    };

    public Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, TimeSpan limit) =>
        Command.RunAsync("env", ["-C", Checkout.PathOf("ansible"), program, .. arguments], limit: limit, environment: environment);
}
