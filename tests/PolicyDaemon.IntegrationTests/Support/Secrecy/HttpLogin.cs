using System.Net;
using System.Text;

namespace PolicyDaemon.IntegrationTests.Support.Secrecy;

/// <summary>Questions to <c>listen.authHttp</c>, as the Lua script of Dovecot's own auth process puts them.</summary>
internal sealed class HttpLogin(IPEndPoint server, string secret)
{
    public IPEndPoint Server => server;

    /// <summary>The header's value, on every request.</summary>
    public string Secret => secret;

    public async Task<string> LogInAsync(string login, string password) =>
        await PostAsync("/passdb", $"login={Uri.EscapeDataString(login)}&password={Uri.EscapeDataString(password)}&service=imap&client=127.0.0.1&secured=TLS", secret);

    /// <param name="key">In the header that should have the secret.</param>
    public async Task<string> PostAsync(string path, string body, string key)
    {
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri($"http://{server}{path}"))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded"),
        };
        request.Headers.TryAddWithoutValidation("X-API-Key", key);
        using HttpResponseMessage answer = await client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }
}
