using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// What shapes the content of a view, in 32 octets: a view that was made by other settings is not used. How the servers are reached does
/// not count.
/// </summary>
internal static class ViewFingerprint
{
    public const int Size = SHA256.HashSizeInBytes;

    public static byte[] Of(LdapOptions options, AddressNormalizer normalizer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var attributes = options.Attributes;
        Add(hash, [options.BaseDn, options.Filter.ToString()]);
        Add(hash, attributes.Login);
        Add(hash, attributes.Addresses);
        Add(hash, [attributes.SendAllowed, attributes.AccountStatus, attributes.SendAs, attributes.AllowedSenders, attributes.Limits]);
        Add(hash, options.Values.True);
        Add(hash, options.Values.False);
        Add(hash, [normalizer.RecipientDelimiters, normalizer.Origin]);

        // Only where they are set: the views of those who do not set them stay good.
        if (attributes.Userdb.Any(name => name is not null)) Add(hash, [.. attributes.Userdb, options.Values.QuotaUnit.ToString()]);
        return hash.GetHashAndReset();
    }

    /// <summary>Each list with its count and each text with its length, so that no two settings run together; null is no text.</summary>
    private static void Add(IncrementalHash hash, IReadOnlyList<string?> texts)
    {
        Add(hash, texts.Count);
        foreach (var text in texts)
        {
            var octets = text is null ? null : Encoding.UTF8.GetBytes(text);
            Add(hash, octets?.Length ?? -1);
            hash.AppendData(octets ?? []);
        }
    }

    private static void Add(IncrementalHash hash, int number)
    {
        Span<byte> octets = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(octets, number);
        hash.AppendData(octets);
    }
}
