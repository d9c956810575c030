using System.Net.Sockets;

namespace PolicyDaemon.Bench.Conversations;

/// <summary>The mail server's end of one connection: what it says, and when it has its answer. Called by one thread.</summary>
internal interface IConversation
{
    /// <summary>What comes before the first request; waits for the server.</summary>
    /// <exception cref="InvalidDataException">The server says what it must not.</exception>
    void Open(Socket socket);

    /// <summary>A request that is like no other.</summary>
    /// <returns>What is sent first; valid until the next call.</returns>
    ReadOnlySpan<byte> Begin();

    /// <summary>Takes what the server sent, a part of an answer or the whole.</summary>
    /// <param name="next">What is to be sent then; empty: nothing. Valid until the next call.</param>
    /// <returns>True: the request is answered.</returns>
    /// <exception cref="InvalidDataException">Any other answer than the one that is measured.</exception>
    bool Take(ReadOnlySpan<byte> received, out ReadOnlySpan<byte> next);
}
