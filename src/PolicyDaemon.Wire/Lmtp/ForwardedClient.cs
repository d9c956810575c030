using System.Globalization;
using System.Net;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>Who gave the message to Postfix, as its LMTP client says by XFORWARD.</summary>
/// <remarks>Postfix XFORWARD_README: values in xtext, <c>[UNAVAILABLE]</c> for what is not known, IPv6 with the prefix <c>IPV6:</c>.</remarks>
internal sealed record ForwardedClient
{
    public const string Attributes = "NAME ADDR PORT PROTO HELO IDENT SOURCE";

    public static readonly ForwardedClient Unknown = new();

    public string Name { get; private init; } = "";

    public IPAddress? Address { get; private init; }

    public string Port { get; private init; } = "";

    public string Protocol { get; private init; } = "";

    public string Helo { get; private init; } = "";

    /// <summary>Postfix's queue id.</summary>
    public string QueueId { get; private init; } = "";

    /// <summary>With what one XFORWARD line says; null: it is malformed.</summary>
    public ForwardedClient? With(string arguments)
    {
        var client = this;
        foreach (var argument in arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = argument.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || Xtext.Decode(argument[(at + 1)..]) is not { Length: <= LmtpLimits.MaxForwardedCharacters } value || value.Any(char.IsControl)) return null;
            if (value == "[UNAVAILABLE]") value = "";
            if (client.With(argument[..at].ToUpperInvariant(), value) is not { } next) return null;
            client = next;
        }

        return client;
    }

    /// <summary>The arguments of XCLIENT for a server that takes these attributes; empty when there is nothing to say.</summary>
    /// <param name="taken">As the server's XCLIENT keyword names them.</param>
    /// <param name="patience">How long we wait for the replies to the message: Dovecot gives up a lock before.</param>
    /// <remarks>Postfix XCLIENT_README; SESSION and TIMEOUT are Dovecot's own (src/lib-smtp/smtp-server-cmd-xclient.c of 2.3.19 and 2.4.1).</remarks>
    public string ToXclient(IReadOnlyList<string> taken, TimeSpan patience)
    {
        if (Address is null) return "";
        (string Name, string Value)[] known =
        [
            ("ADDR", Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"IPV6:{Address}" : Address.ToString()),
            ("PORT", Port),
            ("PROTO", Protocol.ToUpperInvariant()),
            ("HELO", Xtext.Encode(Helo)),
            ("SESSION", Xtext.Encode(QueueId)),
            ("TIMEOUT", ((int)patience.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
        ];
        return string.Join(' ', known.Where(attribute => attribute.Value.Length > 0 && taken.Contains(attribute.Name)).Select(attribute => $"{attribute.Name}={attribute.Value}"));
    }

    private ForwardedClient? With(string name, string value) => name switch
    {
        "NAME" => this with { Name = value },
        "ADDR" => this with { Address = ParseAddress(value) },
        "PORT" => this with { Port = value.Length <= 5 && value.All(char.IsAsciiDigit) ? value : "" },
        "PROTO" => this with { Protocol = value is "SMTP" or "ESMTP" ? value : "" },
        "HELO" => this with { Helo = value },
        "IDENT" => this with { QueueId = value },
        "SOURCE" => this,
        _ => null,
    };

    private static IPAddress? ParseAddress(string text) =>
        IPAddress.TryParse(text.StartsWith("IPV6:", StringComparison.OrdinalIgnoreCase) ? text[5..] : text, out var address) ? address : null;
}
