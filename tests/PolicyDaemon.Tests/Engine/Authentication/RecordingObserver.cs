using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Tests.Engine.Authentication;

/// <summary>Remembers what the authenticator told.</summary>
internal sealed class RecordingObserver : IAuthenticationObserver
{
    public List<AuthenticationAnswer> Told { get; } = [];

    public List<Exception> Faults { get; } = [];

    public void OnAuthentication(AuthenticationRequest request, AuthenticationAnswer answer, TimeSpan elapsed) => Told.Add(answer);

    public void OnFault(AuthenticationRequest request, Exception exception) => Faults.Add(exception);
}
