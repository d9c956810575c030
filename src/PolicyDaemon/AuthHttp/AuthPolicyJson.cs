using System.Text.Json.Serialization;

namespace PolicyDaemon.AuthHttp;

/// <summary>What Dovecot tells a policy server about one login (<c>auth_policy_request_attributes</c>, with its defaults). What is not told is empty; what is told besides is ignored.</summary>
internal sealed record AuthPolicyRequest
{
    public string Login { get; init; } = "";

    /// <summary>12 bits of a digest of the login and the password, as hexadecimal digits.</summary>
    public string Pwhash { get; init; } = "";

    /// <summary>The client's address.</summary>
    public string Remote { get; init; } = "";

    public string Protocol { get; init; } = "";

    public string SessionId { get; init; } = "";

    public bool Tls { get; init; }

    /// <summary>Of a report: the password was right, and nothing else forbade the login.</summary>
    public bool Success { get; init; }

    /// <summary>Of a report: we refused it.</summary>
    public bool PolicyReject { get; init; }

    /// <summary>Of a report of Dovecot 2.4: <c>internal</c>, <c>credentials</c>, <c>account</c>, <c>expired</c>, <c>disabled</c>, <c>policy</c>. Dovecot 2.3 does not say it.</summary>
    public string FailType { get; init; } = "";
}

/// <param name="Status">-1: refuse; otherwise seconds to wait first.</param>
/// <param name="Msg">What the user is told of a refusal; never null, which Dovecot takes for garbage.</param>
internal sealed record AuthPolicyAnswer(int Status, string Msg);

/// <summary>Dovecot reads an answer flat and lets in whom it does not understand: so the status is first, a whole number, and nothing is nested.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, MaxDepth = 8, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(AuthPolicyRequest))]
[JsonSerializable(typeof(AuthPolicyAnswer))]
internal sealed partial class AuthPolicyJson : JsonSerializerContext;
