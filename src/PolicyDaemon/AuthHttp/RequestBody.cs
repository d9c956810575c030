using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace PolicyDaemon.AuthHttp;

/// <summary>The body of a request, whole and bounded; overwritten when it is disposed, for there is a password in it.</summary>
internal sealed class RequestBody : IDisposable
{
    /// <summary>Octets of one body: room for a password of 16 KiB, which three octets stand for each of.</summary>
    public const int MaxBytes = 64 * 1024;

    private readonly byte[] buffer;

    private int length;

    private RequestBody(long room) => buffer = new byte[room];

    public ReadOnlySpan<byte> Octets => buffer.AsSpan(0, length);

    /// <exception cref="BadHttpRequestException">It is longer, broke off, or took too long.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MaxBytes;

        // One octet more, so that a body of unknown length is read until it is too long.
        var body = new RequestBody(Math.Min(context.Request.ContentLength ?? long.MaxValue, MaxBytes + 1));
        try
        {
            body.length = await context.Request.Body.ReadAtLeastAsync(body.buffer, body.buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(buffer.AsSpan(0, length));
}
