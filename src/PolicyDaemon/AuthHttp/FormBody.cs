using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace PolicyDaemon.AuthHttp;

/// <summary>Names and values of a request, percent-encoded, so that a value can be any octets; overwritten when it is disposed.</summary>
/// <remarks>Source: WHATWG URL, "application/x-www-form-urlencoded"; a name twice, and a percent sign without two digits, are malformed here.</remarks>
internal sealed class FormBody : IDisposable
{
    /// <summary>More than any of our requests has.</summary>
    public const int MaxFields = 32;

    private readonly Dictionary<string, byte[]> fields = new(StringComparer.Ordinal);

    private FormBody()
    {
    }

    /// <exception cref="MalformedRequestException">It is none.</exception>
    public static FormBody Parse(ReadOnlySpan<byte> body)
    {
        var form = new FormBody();
        foreach (var range in body.Split((byte)'&'))
        {
            var field = body[range];
            if (field.IsEmpty) continue;
            var equals = field.IndexOf((byte)'=');
            if (equals <= 0) throw new MalformedRequestException("a field without name or value");
            if (form.fields.Count == MaxFields) throw new MalformedRequestException($"more than {MaxFields} fields");
            var name = Encoding.UTF8.GetString(Decode(field[..equals]));
            if (!form.fields.TryAdd(name, Decode(field[(equals + 1)..]))) throw new MalformedRequestException("a field twice");
        }

        return form;
    }

    /// <returns>Empty when there is no such field; octets that are no UTF-8 are U+FFFD.</returns>
    public string Text(string name) => Encoding.UTF8.GetString(Octets(name));

    /// <returns>Empty when there is no such field.</returns>
    public ReadOnlySpan<byte> Octets(string name) => fields.GetValueOrDefault(name);

    /// <exception cref="MalformedRequestException">There is no such field.</exception>
    public FormBody With(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (!fields.ContainsKey(name)) throw new MalformedRequestException($"no field {name}");
        }

        return this;
    }

    public void Dispose()
    {
        foreach (var value in fields.Values) CryptographicOperations.ZeroMemory(value);
    }

    private static byte[] Decode(ReadOnlySpan<byte> text)
    {
        var octets = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            octets[length++] = text[i] switch { (byte)'%' => DecodeTwoDigits(text, ref i), (byte)'+' => (byte)' ', var other => other };
        }

        var decoded = octets[..length];
        CryptographicOperations.ZeroMemory(octets);
        return decoded;
    }

    private static byte DecodeTwoDigits(ReadOnlySpan<byte> text, ref int at)
    {
        var octet = new byte[1];
        var digits = text[(at + 1)..];
        if (digits.Length < 2 || Convert.FromHexString(digits[..2], octet, out _, out _) != OperationStatus.Done) throw new MalformedRequestException("a percent sign without two digits");
        at += 2;
        return octet[0];
    }
}
