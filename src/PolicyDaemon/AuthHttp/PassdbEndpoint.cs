using Microsoft.AspNetCore.Http;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Wire.DovecotAuth;

namespace PolicyDaemon.AuthHttp;

/// <summary>Is this password right? Asked by Dovecot's auth-worker processes, by the shipped Lua script.</summary>
/// <remarks>
/// A worker can ask nothing else while it waits, and there are 30 of them: so clients that guess are kept waiting by Dovecot
/// (<c>auth_failure_delay</c>), not by us.
/// </remarks>
/// <param name="authenticate">By the rules of the moment.</param>
internal sealed class PassdbEndpoint(Authenticate authenticate)
{
    public const string Path = "/passdb";

    /// <summary>A login of more characters is none.</summary>
    private const int MaxLoginCharacters = AddressNormalizer.MaxLength + 1;

    public async Task ServeAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context);
        using var form = FormBody.Parse(body.Octets).With("login", "password");
        using var password = new Password(form.Octets("password"));
        var answer = await authenticate(ToRequest(form, password), context.RequestAborted);
        await ToReply(answer).SendAsync(context);
    }

    /// <summary>As much of a login as needs to be kept, so that one that is too long still is.</summary>
    public static string Shorten(string login) => login.Length > MaxLoginCharacters ? login[..MaxLoginCharacters] : login;

    private static AuthenticationRequest ToRequest(FormBody form, Password password) => new()
    {
        Login = Shorten(form.Text("login")),
        Password = password,
        Service = form.Text("service"),
        ClientAddress = Networks.TryParseAddress(form.Text("client"), out var client) ? client : null,
        IsSecured = form.Octets("secured").Length > 0,
        Session = form.Text("session"),
        IsDelayedElsewhere = true,
    };

    private static FormReply ToReply(AuthenticationAnswer answer) => answer.Outcome switch
    {
        AuthenticationOutcome.Accepted => FormReply.Ok.Add("user", answer.User),
        AuthenticationOutcome.Refused => FormReply.No(answer.Kind == RefusalKind.AccountDisabled ? "disabled" : "mismatch"),
        _ => FormReply.Unavailable,
    };
}
