using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace PolicyDaemon.Bench;

/// <summary>The real daemon on its embedded default, with the two accounts that the requests are about.</summary>
/// <param name="program">The <c>policydaemon</c> program.</param>
/// <param name="folder">Exists, and is ours alone.</param>
internal sealed class DaemonUnderTest(string program, string folder)
{
    /// <param name="listener">What it is asked by: <c>policy</c> or <c>milter</c>.</param>
    public async Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, EndPoint> endpoints, string listener = "policy")
    {
        var configuration = Path.Combine(folder, "policydaemon.json");
        await File.WriteAllTextAsync(configuration, Configuration(endpoints, listener));
        await RunAsync("", "domain", "add", "truenorth.local", "--config", configuration);
        foreach (var account in new[] { PolicyRequests.Sender, PolicyRequests.Recipient })
        {
            await RunAsync("not used here\n", "account", "add", account, "--config", configuration);
        }

        return await ServerProcess.StartAsync("daemon", program, ["run", "--config", configuration], endpoints);
    }

    private string Configuration(IReadOnlyDictionary<string, EndPoint> endpoints, string listener) => JsonSerializer.Serialize(new
    {
        listen = new Dictionary<string, object>
        {
            ["policy"] = Array.Empty<string>(),
            [listener] = endpoints.Values.Select(endpoint => endpoint is IPEndPoint ? $"inet:{endpoint}" : $"unix:{endpoint}"),
            ["admin"] = "unix:" + Path.Combine(folder, "admin.sock"),
        },
        directory = new
        {
            domains = new[] { "truenorth.local" },
            sqlite = new { path = Path.Combine(folder, "policydaemon.db") },
        },
        log = new { level = "warning" },
    });

    private async Task RunAsync(string input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"policydaemon {string.Join(' ', arguments)}: exit code {process.ExitCode}, {output}");
    }
}
