using System.Text.Json.Nodes;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Containers;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.IntegrationTests.Packaging;

/// <summary>How a manifest of <c>docs/examples</c> has the daemon run.</summary>
internal static class ContainerManifest
{
    /// <returns>Its documents.</returns>
    public static async Task<JsonArray> ReadAsync(string name)
    {
        CommandResult result = (await Command.RunAsync(
            "/usr/bin/python3", ["-c", "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))", Checkout.PathOf("docs", "examples", name)])).EnsureSuccess();
        return JsonNode.Parse(result.Output)!.AsArray();
    }

    /// <summary>A service of a compose file: Docker's "Compose file reference", "services".</summary>
    /// <param name="find">A directory or file of this machine for each source of a volume, and where that is mounted.</param>
    public static async Task<ContainerOptions> OfServiceAsync(JsonNode service, Func<string, string, Task<string>> find)
    {
        List<(string Source, string Target)> mounts = [];
        foreach (string[] volume in service["volumes"]!.AsArray().Select(volume => ((string)volume!).Split(':'))) mounts.Add((await find(volume[0], volume[1]), volume[1]));
        return new()
        {
            User = (string)service["user"]!,
            IsReadOnly = (bool)service["read_only"]!,
            Mounts = mounts,
            InMemory = [.. service["tmpfs"]!.AsArray().Select(memory => ((string)memory!).Split(':')).Select(memory => (memory[0], memory[1]))],
        };
    }

    /// <summary>A container of a pod: Kubernetes' API reference, "Container".</summary>
    /// <param name="find">A directory or file of this machine for each volume and path in it, which may be empty.</param>
    /// <param name="pod">Its name.</param>
    public static ContainerOptions OfContainer(JsonNode container, Func<string, string, string> find, string pod) => new()
    {
        User = $"{container["securityContext"]!["runAsUser"]}:{container["securityContext"]!["runAsGroup"]}",
        IsReadOnly = (bool)container["securityContext"]!["readOnlyRootFilesystem"]!,
        Mounts = [.. container["volumeMounts"]!.AsArray().Select(mount => (find((string)mount!["name"]!, (string?)mount["subPath"] ?? ""), (string)mount["mountPath"]!))],
        Environment = container["env"]!.AsArray().ToDictionary(variable => (string)variable!["name"]!, _ => pod),
    };
}
