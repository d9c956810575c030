using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Guessing;

namespace PolicyDaemon.AuthHttp;

/// <summary>Dovecot's <c>auth_policy_server_url</c>: the guard against guessing for a Dovecot that checks passwords itself.</summary>
/// <remarks>
/// <c>allow</c> is asked before a password is looked at, and again when it was right; <c>report</c> tells how it ended. Source: Dovecot
/// documentation, "Authentication Policy Support"; src/auth/auth-policy.c of 2.3.19 and 2.4.1.
/// </remarks>
internal sealed class AuthPolicyEndpoint(ReportedLogins logins)
{
    public const string Path = "/policy";

    /// <summary>Why a password was not looked at, or was right and yet did not let in.</summary>
    private static readonly string[] NoGuess = ["internal", "expired", "disabled", "policy"];

    private static readonly AuthPolicyAnswer Allowed = new(0, "");

    public async Task ServeAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context);
        var told = JsonSerializer.Deserialize(body.Octets, AuthPolicyJson.Default.AuthPolicyRequest) ?? throw new JsonException();
        using var mark = new Password(Encoding.UTF8.GetBytes(told.Pwhash));
        var request = ToRequest(told, mark);
        var answer = context.Request.Query["command"].ToString() switch
        {
            "allow" => await AllowAsync(request, context.RequestAborted),
            "report" => await ReportAsync(told, request, context.RequestAborted),
            _ => throw new MalformedRequestException("no such command"),
        };
        await context.Response.WriteAsJsonAsync(answer, AuthPolicyJson.Default.AuthPolicyAnswer, cancellationToken: context.RequestAborted);
    }

    private async ValueTask<AuthPolicyAnswer> AllowAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        var (refusal, delay) = await logins.AllowAsync(request, cancellationToken);
        return refusal is not null ? new AuthPolicyAnswer(-1, refusal.PublicText ?? "") : new AuthPolicyAnswer((int)delay.TotalSeconds, "");
    }

    private async ValueTask<AuthPolicyAnswer> ReportAsync(AuthPolicyRequest told, AuthenticationRequest request, CancellationToken cancellationToken)
    {
        var isKnown = told.Success || !(told.PolicyReject || NoGuess.Contains(told.FailType, StringComparer.Ordinal));
        if (isKnown) await logins.ReportAsync(request, told.Success, cancellationToken);
        return Allowed;
    }

    private static AuthenticationRequest ToRequest(AuthPolicyRequest told, Password mark) => new()
    {
        Login = PassdbEndpoint.Shorten(told.Login),
        Password = mark,
        Service = told.Protocol,
        ClientAddress = Networks.TryParseAddress(told.Remote, out var client) ? client : null,
        IsSecured = told.Tls,
        Session = told.SessionId,
    };
}
