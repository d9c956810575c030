using System.Buffers.Text;
using System.Net;

namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>The auth client protocol: what login processes and Postfix send, and the lines that they are sent.</summary>
/// <remarks>
/// <code>
/// VERSION 1 2 / CPID 4711
/// AUTH 1 PLAIN service=imap secured session=k0UUa7lgcqF lip=192.0.2.1 rip=198.51.100.7 lport=143 rport=41330 resp=AGJvYgBib2ItcHc=
/// AUTH 2 LOGIN service=smtp nologin lip=192.0.2.1 rip=198.51.100.7
/// CONT 2 Ym9i
/// </code>
/// with TAB where a blank is shown. Source: see <see cref="AuthClientCommand"/>; Postfix 3.7 and 3.10 src/xsasl/xsasl_dovecot_server.c.
/// </remarks>
internal sealed class AuthClientCodec() : AuthCodec<AuthClientCommand>(AuthLimits.MaxClientLineBytes)
{
    protected override string? Parse(ReadOnlySpan<byte> name, ref AuthFields fields, out AuthClientCommand? command)
    {
        command = null;
        if (name.SequenceEqual("AUTH"u8)) return ParseAuth(ref fields, out command);
        if (name.SequenceEqual("CONT"u8)) return ParseContinue(ref fields, out command);
        if (name.SequenceEqual("CANCEL"u8))
        {
            if (!fields.TryNextNumber(out var id)) return "CANCEL without an id";
            command = new AuthClientCommand.Cancel(id);
            return null;
        }

        if (name.SequenceEqual("VERSION"u8))
        {
            if (!fields.TryNextNumber(out var major) || !fields.TryNextNumber(out var minor)) return "VERSION without two numbers";
            command = new AuthClientCommand.Version(major, minor);
            return null;
        }

        if (!name.SequenceEqual("CPID"u8)) return "unknown command";
        if (!fields.TryNextNumber(out var process)) return "CPID without a number";
        command = new AuthClientCommand.ClientProcess(process);
        return null;
    }

    private static string? ParseAuth(ref AuthFields fields, out AuthClientCommand? command)
    {
        command = null;
        if (!fields.TryNextNumber(out var id)) return "AUTH without an id";
        if (!fields.TryNextText(out var mechanism) || mechanism.Length == 0) return "AUTH without a mechanism";

        var parameters = new AuthParameters();
        SaslResponse? response = null;
        while (fields.TryNext(out var field))
        {
            if (response is not null) return "resp= is not the last parameter";
            if (field.StartsWith("resp="u8)) response = ReadResponse(field["resp="u8.Length..]);
            else parameters = Add(parameters, field);
        }

        command = new AuthClientCommand.Auth(id, mechanism, parameters, response);
        return null;
    }

    /// <summary>Of a repeated parameter the last counts. One that is unknown, or whose value makes no sense, says nothing.</summary>
    private static AuthParameters Add(AuthParameters parameters, ReadOnlySpan<byte> field)
    {
        var equals = field.IndexOf((byte)'=');
        var key = equals < 0 ? field : field[..equals];
        var value = equals < 0 ? [] : field[(equals + 1)..];
        if (key.SequenceEqual("service"u8) || key.SequenceEqual("protocol"u8)) return parameters with { Service = Text(value) };
        if (key.SequenceEqual("session"u8)) return parameters with { Session = Text(value) };
        if (key.SequenceEqual("secured"u8)) return parameters with { IsSecured = true };
        if (key.SequenceEqual("nologin"u8)) return parameters with { IsVerdictOnly = true };
        return key.SequenceEqual("rip"u8) ? parameters with { ClientAddress = IPAddress.TryParse(value, out var address) ? address : null } : parameters;
    }

    private static string? ParseContinue(ref AuthFields fields, out AuthClientCommand? command)
    {
        command = null;
        if (!fields.TryNextNumber(out var id)) return "CONT without an id";
        if (!fields.TryNext(out var data)) return "CONT without data";
        command = new AuthClientCommand.Continue(id, ReadResponse(data));
        return null;
    }

    private static SaslResponse ReadResponse(ReadOnlySpan<byte> base64)
    {
        // Only the whole alphabet, padded: white space, which the decoder would skip, is no base64 on this wire.
        if (base64.IsEmpty) return new SaslResponse([]);
        if (base64.Length % 4 != 0 || base64.ContainsAny((byte)' ', (byte)'\r')) return new SaslResponse(null);
        var octets = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        var status = Base64.DecodeFromUtf8(base64, octets, out _, out var written);
        if (status != System.Buffers.OperationStatus.Done) return new SaslResponse(null);
        if (written == octets.Length) return new SaslResponse(octets);
        var exact = octets[..written];
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(octets);
        return new SaslResponse(exact);
    }

    private static string Text(ReadOnlySpan<byte> value) => AuthEscape.TryReadText(value, out var text) ? text : "";
}
