namespace PolicyDaemon.Wire.Lmtp;

/// <summary>A backend that cannot be talked to any further: gone, silent, or saying what is no reply. Its connection is of no use any more.</summary>
internal sealed class BackendException(string message, Exception? inner = null) : IOException(message, inner);
