using System.Net;
using System.Net.Sockets;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Dovecot;

/// <summary>A private Dovecot 2.3 of this machine, or 2.4 of Debian 13, that asks somebody else for logins and mailboxes, by a snippet.</summary>
public sealed class SnippetDovecot : IAsyncDisposable
{
    private readonly MailStackRoot root;
    private readonly DebianSystem system;
    private readonly string name;
    private readonly Dictionary<string, IPEndPoint> endpoints;
    private ManagedProcess? process;

    private SnippetDovecot(MailStackRoot root, DebianSystem system, string name)
    {
        this.root = root;
        this.system = system;
        this.name = name;
        endpoints = ((string[])["imap", "pop3", "sieve"]).ToDictionary(protocol => protocol, _ => new IPEndPoint(root.Address, root.FreePort()), StringComparer.Ordinal);
        Log = new(root.PathOf(name, "dovecot.log"));
    }

    public LogFile Log { get; }

    /// <summary>LMTP; 0660 root:postfix.</summary>
    public string LmtpSocket => root.PathOf(name, "lmtp");

    /// <summary>Postfix policy protocol: DUNNO, or 452 4.2.2 for a mailbox that would be over its quota.</summary>
    public string QuotaStatusSocket => root.PathOf(name, "quota-status");

    private string ConfigurationFile => root.PathOf(name, "dovecot.conf");

    /// <param name="version"><c>2.3</c> or <c>2.4</c>.</param>
    /// <param name="snippet">What is behind the configuration: where it asks.</param>
    /// <param name="masterSocket">What the link <c>auth-master</c> in its base_dir leads to, for managesieve; null: it is Dovecot's own socket.</param>
    public static async Task<SnippetDovecot> StartAsync(MailStackRoot root, string version, string snippet, string? masterSocket, string name = "dovecot")
    {
        DebianSystem debian = version == "2.4" ? await DebianSystem.GetTrixieAsync() : DebianSystem.Host;
        SnippetDovecot server = new(root, debian, name);
        string directory = root.MakeDirectory(name);
        root.MakeDirectory($"{name}/base");
        root.MakeDirectory($"{name}/state");
        if (masterSocket is not null)
            File.CreateSymbolicLink(root.PathOf(name, "base", "auth-master"), masterSocket);
        root.WriteFile($"{name}/dovecot.conf", SnippetDovecotConfiguration.Write(directory, version, server.endpoints) + snippet);
        await server.StartAsync();
        return server;
    }

    /// <summary>Where the protocol is spoken: <c>imap</c>, <c>pop3</c> or <c>sieve</c>.</summary>
    public IPEndPoint EndpointOf(string protocol) => endpoints[protocol];

    /// <summary>What <c>doveconf -n</c> finds to complain of; nothing when all is well.</summary>
    public async Task<string> CheckAsync()
    {
        CommandResult result = await system.RunAsync("/usr/bin/doveconf", "-n", "-c", ConfigurationFile);
        return result.ExitCode == 0 ? result.Error : $"{result.ExitCode} {result.Error}";
    }

    /// <summary>Runs doveadm against this instance, for example <c>user *</c>, whatever comes of it.</summary>
    public Task<CommandResult> RunDoveadmAsync(params string[] arguments) =>
        system.RunAsync(["/usr/bin/doveadm", "-c", ConfigurationFile, .. arguments]);

    /// <summary>Makes a program that is this instance's doveadm, whoever runs it.</summary>
    public void WriteDoveadm(string path)
    {
        string[] command = system.Command("/usr/bin/doveadm", "-c", ConfigurationFile);
        string words = string.Join(' ', command.Select(word => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'"));
        File.WriteAllText(path, $"#!/bin/sh\nexec {words} \"$@\"\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }

    /// <summary>Starts again after <see cref="StopAsync"/> or <see cref="KillAsync"/>, with the same mailboxes.</summary>
    public async Task StartAsync()
    {
        process = root.Start(name, system.Command("/usr/sbin/dovecot", "-F", "-c", ConfigurationFile));
        foreach (EndPoint endpoint in (EndPoint[])[new UnixDomainSocketEndPoint(LmtpSocket), new UnixDomainSocketEndPoint(QuotaStatusSocket), .. endpoints.Values])
            await process.WaitUntilReadyAsync(() => Wait.AcceptsAsync(endpoint), () => Log.Tail());
    }

    /// <summary>Takes a second: Dovecot's master sleeps that long.</summary>
    public Task StopAsync() => process!.StopAsync();

    /// <summary>SIGKILL for all of it.</summary>
    public Task KillAsync() => process!.KillAsync();

    /// <summary>SIGKILL for one of its processes, whichever; its master starts another.</summary>
    /// <param name="service">For example <c>lmtp</c>.</param>
    /// <returns>False: none is running.</returns>
    public bool KillOne(string service, Random random) => process!.KillOne(service, random);

    public ValueTask DisposeAsync() => process?.DisposeAsync() ?? default;
}
