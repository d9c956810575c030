using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace PolicyDaemon.AuthHttp;

/// <summary>An answer as Lua reads it without a library: <c>result=ok&amp;user=alice%40example.org</c>.</summary>
internal sealed class FormReply
{
    private readonly StringBuilder text = new();
    private readonly int status;

    private FormReply(int status, string result)
    {
        this.status = status;
        Add("result", result);
    }

    public static FormReply Ok => new(StatusCodes.Status200OK, "ok");

    /// <summary>A decided no.</summary>
    /// <param name="result">The word for it.</param>
    public static FormReply No(string result) => new(StatusCodes.Status200OK, result);

    /// <summary>It is not known: an HTTP error, so that who reads nothing else knows that much.</summary>
    public static FormReply Unavailable => new(StatusCodes.Status503ServiceUnavailable, "unavailable");

    public FormReply Add(string name, string value)
    {
        if (text.Length > 0) text.Append('&');
        text.Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public FormReply Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    public async Task SendAsync(HttpContext context)
    {
        var octets = Encoding.ASCII.GetBytes(text.ToString());
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/x-www-form-urlencoded";
        context.Response.ContentLength = octets.Length;
        await context.Response.Body.WriteAsync(octets, context.RequestAborted);
    }
}
