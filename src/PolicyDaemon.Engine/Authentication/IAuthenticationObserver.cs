namespace PolicyDaemon.Engine.Authentication;

/// <summary>Told once about every attempt to log in; log lines and metrics are made there and nowhere else. Must not block or throw.</summary>
public interface IAuthenticationObserver
{
    void OnAuthentication(AuthenticationRequest request, AuthenticationAnswer answer, TimeSpan elapsed);

    /// <summary>A source threw: our mistake. The client is told to try again later.</summary>
    void OnFault(AuthenticationRequest request, Exception exception);
}
