using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PolicyDaemon.MailStack;

/// <summary>
/// One address of 127.77.0.0/16, leased from all other test runs of this machine while this object lives. All of 127/8
/// is local on Linux without any set-up.
/// </summary>
/// <remarks>
/// A port that was free a moment ago stays free, because nobody else uses the address. The lock is flock(2) on a file:
/// the kernel gives it back when the runner dies.
/// </remarks>
public sealed class LoopbackAddress : IDisposable
{
    private const int HighestNumber = 254;

    private readonly FileStream lease;
    private readonly HashSet<int> givenPorts = [];

    private LoopbackAddress(IPAddress address, FileStream lease)
    {
        Address = address;
        this.lease = lease;
    }

    public IPAddress Address { get; }

    internal static LoopbackAddress Lease()
    {
        string directory = Path.Combine(Path.GetTempPath(), "policydaemon-test-leases");
        Directory.CreateDirectory(directory);
        for (int number = 1; number <= HighestNumber; number++)
        {
            string address = string.Create(CultureInfo.InvariantCulture, $"127.77.{number}.1");
            try
            {
                FileStream lockFile = new(Path.Combine(directory, address), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return new(IPAddress.Parse(address), lockFile);
            }
            catch (IOException)
            {
                // Leased by another stack.
            }
        }

        throw new InvalidOperationException($"all {HighestNumber} loopback addresses are leased, see {directory}");
    }

    /// <summary>A port nobody listens on; never the same twice.</summary>
    public int FreePort()
    {
        while (true)
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(Address, 0));
            int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            if (givenPorts.Add(port))
                return port;
        }
    }

    public void Dispose() => lease.Dispose();
}
