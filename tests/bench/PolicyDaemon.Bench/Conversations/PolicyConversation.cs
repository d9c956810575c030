using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PolicyDaemon.Bench.Conversations;

/// <summary>An smtpd that asks at RCPT whether somebody may send to somebody else, one person after the other.</summary>
/// <param name="people">How many take turns.</param>
/// <param name="isFree">Whether any action is an answer, as for servers that judge by rules of their own; else DUNNO alone.</param>
internal sealed class PolicyConversation(int people, bool isFree = false) : IConversation
{
    private const int Digits = 7;
    private static readonly byte[] Template = WriteTemplate();
    private static readonly int InstanceAt = Behind("instance=5be7.6b0092f8."u8);
    private static readonly int[] LoginsAt = [Behind("sender=user"u8), Behind("sasl_username=user"u8)];
    private static int lastPerson;
    private static uint lastInstance;

    private readonly byte[] request = [.. Template];
    private bool isBegun;

    /// <summary>Length of a request.</summary>
    public static int Length => Template.Length;

    public void Open(Socket socket)
    {
        // Nothing is said first.
    }

    public ReadOnlySpan<byte> Begin()
    {
        (++lastInstance).TryFormat(request.AsSpan(InstanceAt, 8), out _, "x8", CultureInfo.InvariantCulture);
        lastPerson = (lastPerson + 1) % people;
        foreach (var at in LoginsAt) lastPerson.TryFormat(request.AsSpan(at, Digits), out _, "D7", CultureInfo.InvariantCulture);
        isBegun = true;
        return request;
    }

    public bool Take(ReadOnlySpan<byte> received, out ReadOnlySpan<byte> next)
    {
        next = default;
        if (isBegun && !received.StartsWith(isFree ? "action="u8 : "action=DUNNO\n"u8))
            throw new InvalidDataException($"not the answer that is measured: {Encoding.UTF8.GetString(received).Trim()}");
        isBegun = false;
        return received.EndsWith("\n\n"u8);
    }

    private static byte[] WriteTemplate()
    {
        var login = People.LoginOf(0);
        var text = Encoding.ASCII.GetString(new PolicyRequests(login, login).Next());
        return Encoding.ASCII.GetBytes(text.Replace(PolicyRequests.Recipient, People.LoginOf(1), StringComparison.Ordinal));
    }

    private static int Behind(ReadOnlySpan<byte> text) => Template.AsSpan().IndexOf(text) + text.Length;
}
