using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Milters;

/// <summary>A private OpenDKIM that signs all mail of our domain, and checks signatures without DNS.</summary>
public sealed partial class OpenDkim
{
    private const string Selector = "rig";

    private readonly MailStackRoot root;

    private OpenDkim(MailStackRoot root, IPEndPoint endpoint)
    {
        this.root = root;
        Endpoint = endpoint;
    }

    public IPEndPoint Endpoint { get; }

    public static async Task<OpenDkim> StartAsync(MailStackRoot root, string domain)
    {
        OpenDkim signer = new(root, new(root.Address, root.FreePort()));
        string folder = root.MakeDirectory("opendkim");
        (await Command.RunAsync("opendkim-genkey", ["-b", "2048", "-d", domain, "-s", Selector, "-D", folder])).EnsureSuccess();
        string key = string.Concat(Quoted().Matches(await File.ReadAllTextAsync(Path.Combine(folder, $"{Selector}.txt"))).Select(match => match.Groups["text"].Value));
        root.WriteFile("opendkim/keys", $"{Selector}._domainkey.{domain} {key}\n");
        string common = "Background no\nSyslog no\nRequireSafeKeys no\nUserID root\n";
        root.WriteFile("opendkim/verify.conf", $"{common}Socket inet:1@127.0.0.1\nMode v\nInternalHosts 192.0.2.1\nTestPublicKeys {folder}/keys\n");
        string configuration = root.WriteFile(
            "opendkim/sign.conf",
            $"{common}Socket inet:{signer.Endpoint.Port}@{signer.Endpoint.Address}\nMode s\nInternalHosts 0.0.0.0/0\nDomain {domain}\nSelector {Selector}\n" +
            $"KeyFile {folder}/{Selector}.private\nCanonicalization relaxed/simple\nOmitHeaders Return-Path,Received\n");
        ManagedProcess process = root.Start("opendkim", ["/usr/sbin/opendkim", "-f", "-x", configuration]);
        await process.WaitUntilReadyAsync(() => Wait.AcceptsAsync(signer.Endpoint));
        return signer;
    }

    /// <summary>Whether the signature of a message, as it lies in the mailbox, is right.</summary>
    /// <param name="message">Its octets as Latin-1, its lines ended by LF.</param>
    public async Task<bool> VerifiesAsync(string message)
    {
        string file = root.PathOf("opendkim", "message");
        await File.WriteAllBytesAsync(file, Encoding.Latin1.GetBytes(message.Replace("\n", "\r\n", StringComparison.Ordinal)));
        CommandResult result = await Command.RunAsync("opendkim", ["-x", root.PathOf("opendkim", "verify.conf"), "-t", file, "-vvv"]);
        string output = result.Output + result.Error;
        if (output.Contains(") succeeded", StringComparison.Ordinal)) return true;
        if (output.Contains("failed: signature verification failed", StringComparison.Ordinal) || output.Contains("bad signature", StringComparison.OrdinalIgnoreCase)) return false;
        throw new InvalidOperationException($"opendkim says neither: {output}");
    }

    [GeneratedRegex("\"(?<text>[^\"]*)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();
}
