namespace PolicyDaemon.AuthHttp;

/// <summary>What came is no request. The message says why, without anything of what came.</summary>
internal sealed class MalformedRequestException(string message) : Exception(message);
