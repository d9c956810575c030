using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.IntegrationTests.Support.Secrecy;

/// <summary>
/// What a tool such as dotnet-counters is told of a process' metrics: the event stream of <c>System.Diagnostics.Metrics</c> over the diagnostic socket of the
/// runtime.
/// </summary>
/// <remarks>Source: dotnet/diagnostics, documentation/design-docs/ipc-protocol.md, command CollectTracing2.</remarks>
internal static class LiveMetrics
{
    private const byte EventPipe = 0x02;
    private const byte CollectTracing2 = 0x03;
    private const int NetTrace = 1;
    private const int Verbose = 5;

    /// <summary>TimeSeriesValues, with what describes them.</summary>
    private const ulong Keywords = 0x3;

    /// <returns>The stream as it is; names and labels are UTF-16 in it.</returns>
    /// <param name="until">Ends the reading as soon as this text is in it, in UTF-16.</param>
    public static async Task<byte[]> ReadAsync(int processId, string meter, string until, CancellationToken cancellationToken)
    {
        string path = Directory.EnumerateFiles(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"dotnet-diagnostic-{processId}-*-socket")).Single();
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        await socket.SendAsync(Request(meter), cancellationToken);

        byte[] wanted = Encoding.Unicode.GetBytes(until);
        byte[] part = new byte[64 * 1024];
        using MemoryStream read = new();
        while (read.GetBuffer().AsSpan(0, (int)read.Length).IndexOf(wanted) < 0)
        {
            int count = await socket.ReceiveAsync(part, cancellationToken);
            if (count == 0) break;
            read.Write(part, 0, count);
        }

        return read.ToArray();
    }

    private static byte[] Request(string meter)
    {
        byte[] payload =
        [
            .. Number(64), .. Number(NetTrace), 0, .. Number(1), .. BitConverter.GetBytes(Keywords), .. Number(Verbose),
            .. Text("System.Diagnostics.Metrics"),
            .. Text($"SessionId=test;Metrics={meter};RefreshInterval=1;MaxTimeSeries=1000;MaxHistograms=100"),
        ];
        byte[] header = [.. "DOTNET_IPC_V1\0"u8, 0, 0, EventPipe, CollectTracing2, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(14), (ushort)(header.Length + payload.Length));
        return [.. header, .. payload];
    }

    private static byte[] Number(int value) => BitConverter.GetBytes(value);

    private static byte[] Text(string text) => [.. Number(text.Length + 1), .. Encoding.Unicode.GetBytes(text), 0, 0];
}
