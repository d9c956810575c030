using System.Security.Cryptography;
using System.Text;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>Node and charge id as the store keeps them: 128 bits of a hash, short in the index. A hash that nobody can aim at another's.</summary>
internal static class ChargeId
{
    public static Guid Of(string node, string chargeId) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{node}\0{chargeId}")).AsSpan(0, 16), bigEndian: true);
}
