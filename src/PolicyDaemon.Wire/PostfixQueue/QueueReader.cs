using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Wire.PostfixQueue;

/// <summary>Asks Postfix what waits in its queue: connects, says nothing, and reads to the end of the list.</summary>
public static class QueueReader
{
    /// <param name="connect">To the socket <c>public/showq</c> in the queue directory.</param>
    /// <exception cref="IOException">Nobody accepts there, or the list ends too early.</exception>
    /// <exception cref="InvalidDataException">Who answers is not showq.</exception>
    public static async Task<QueueListing> ReadAsync(Connect connect, CancellationToken cancellationToken)
    {
        await using var connection = await connect(cancellationToken);
        QueueListCodec codec = new();
        while (true)
        {
            var read = await connection.Input.ReadAsync(cancellationToken);
            var input = read.Buffer;
            codec.Read(ref input);
            connection.Input.AdvanceTo(input.Start, read.Buffer.End);
            if (codec.IsComplete) return codec.Listing;
            if (read.IsCompleted) throw new IOException("the list of the queue ends too early");
        }
    }
}
