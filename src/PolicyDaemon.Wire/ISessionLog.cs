namespace PolicyDaemon.Wire;

/// <summary>Where sessions of every protocol report what is neither a decision nor normal. Must not block or throw.</summary>
public interface ISessionLog
{
    /// <summary>A peer sent what the protocol does not allow, or not in time: its connection ends. At most once per connection.</summary>
    /// <param name="protocol">As the configuration calls it: <c>policy</c>.</param>
    /// <param name="peer">As whoever accepted the connection named it.</param>
    /// <param name="error">One line of printable ASCII: our words first, then, after a colon, what the peer sent, escaped and cut.</param>
    void PeerMalformed(string protocol, string peer, string error);

    /// <summary>Our own mistake ended the connection; the daemon goes on.</summary>
    void SessionFault(string protocol, string peer, Exception exception);
}
