namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>The auth master protocol: what Dovecot's processes ask about users whose password needs no check any more.</summary>
/// <remarks>
/// <code>
/// VERSION 1 0
/// USER 1 bob@example.org service=lmtp lip=192.0.2.1 lport=24 rip=192.0.2.2 rport=53268
/// REQUEST 895877121 15074 1 e222b572eb3f64e7cbd7dbd5280cb7e2 session_pid=15083 request_auth_token
/// LIST 1 user=* service=doveadm
/// </code>
/// with TAB where a blank is shown. Source: see <see cref="AuthMasterCommand"/>.
/// </remarks>
internal sealed class AuthMasterCodec() : AuthCodec<AuthMasterCommand>(AuthLimits.MaxMasterLineBytes)
{
    protected override string? Parse(ReadOnlySpan<byte> name, ref AuthFields fields, out AuthMasterCommand? command)
    {
        command = null;
        if (name.SequenceEqual("VERSION"u8))
        {
            if (!fields.TryNextNumber(out var major) || !fields.TryNextNumber(out var minor)) return "VERSION without two numbers";
            command = new AuthMasterCommand.Version(major, minor);
            return null;
        }

        if (!IsKnown(name)) return "unknown command";
        if (!fields.TryNextNumber(out var id)) return "command without an id";
        if (name.SequenceEqual("REQUEST"u8)) return ParseRequest(id, ref fields, out command);
        if (name.SequenceEqual("LIST"u8)) return ParseList(id, ref fields, out command);
        if (name.SequenceEqual("CACHE-FLUSH"u8)) return ParseFlush(id, ref fields, out command);

        if (!fields.TryNextText(out var user) || user.Length == 0) return "command without a user";
        var service = ReadService(ref fields);
        command = name.SequenceEqual("USER"u8) ? new AuthMasterCommand.User(id, user, service) : new AuthMasterCommand.Pass(id, user, service);
        return null;
    }

    private static bool IsKnown(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("USER"u8) || name.SequenceEqual("PASS"u8) || name.SequenceEqual("LIST"u8) || name.SequenceEqual("REQUEST"u8) ||
        name.SequenceEqual("CACHE-FLUSH"u8);

    private static string? ParseRequest(uint id, ref AuthFields fields, out AuthMasterCommand? command)
    {
        command = null;
        if (!fields.TryNextNumber(out var process) || !fields.TryNextNumber(out var auth)) return "REQUEST without process and id of a login";
        if (!fields.TryNextText(out var cookie)) return "REQUEST without a cookie";
        command = new AuthMasterCommand.Request(id, process, auth, cookie);
        return null;
    }

    private static string? ParseList(uint id, ref AuthFields fields, out AuthMasterCommand? command)
    {
        command = null;
        var mask = "*";
        while (fields.TryNext(out var field))
        {
            if (field.StartsWith("user="u8) && !AuthEscape.TryReadText(field["user="u8.Length..], out mask)) return "LIST with a mask that is no text";
        }

        command = new AuthMasterCommand.List(id, mask);
        return null;
    }

    private static string? ParseFlush(uint id, ref AuthFields fields, out AuthMasterCommand? command)
    {
        command = null;
        List<string> users = [];
        while (fields.TryNext(out var field))
        {
            if (!AuthEscape.TryReadText(field, out var user)) return "CACHE-FLUSH with a user that is no text";
            if (user.Length > 0) users.Add(user);
        }

        command = new AuthMasterCommand.CacheFlush(id, users);
        return null;
    }

    private static string ReadService(ref AuthFields fields)
    {
        var service = "";
        while (fields.TryNext(out var field))
        {
            var value = field.StartsWith("service="u8) ? field["service="u8.Length..] : field.StartsWith("protocol="u8) ? field["protocol="u8.Length..] : default;
            if (!value.IsEmpty && AuthEscape.TryReadText(value, out var text)) service = text;
        }

        return service;
    }
}
