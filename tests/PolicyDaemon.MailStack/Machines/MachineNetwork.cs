using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Machines;

/// <summary>Connections into the network of a machine, from the test itself.</summary>
internal static class MachineNetwork
{
    /// <summary>A socket belongs for ever to the network in which it was made, so only its making needs a thread that has moved there.</summary>
    internal static async Task<TcpClient> ConnectAsync(int processId, IPEndPoint server)
    {
        TaskCompletionSource<TcpClient> made = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread visitor = new(() => Make(processId, made));
        visitor.Start();
        TcpClient client = await made.Task;
        try
        {
            await client.ConnectAsync(server);
            return client;
        }
        catch (SocketException)
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>The thread ends afterwards: nothing else must run in that network.</summary>
    private static void Make(int processId, TaskCompletionSource<TcpClient> made)
    {
        try
        {
            using SafeFileHandle network = File.OpenHandle(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/ns/net"));
            if (Libc.EnterNamespace(network, Libc.NetworkNamespace) != 0)
                throw new IOException($"setns: {new Win32Exception().Message}");
            made.SetResult(new TcpClient(new IPEndPoint(IPAddress.Loopback, 0)) { NoDelay = true });
        }
        catch (Exception failure) when (failure is IOException or SocketException or UnauthorizedAccessException)
        {
            made.SetException(failure);
        }
    }
}
