using System.IO.Pipelines;

namespace PolicyDaemon.Wire.Framing;

/// <summary>A connection that we opened to another server. Disposing closes it, whatever is in flight.</summary>
public interface IPipeConnection : IDuplexPipe, IAsyncDisposable;

/// <summary>Opens a connection; sockets are the executable's business. Throws <see cref="IOException"/> when nobody accepts.</summary>
public delegate ValueTask<IPipeConnection> Connect(CancellationToken cancellationToken);
