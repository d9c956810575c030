using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Backends.Passwords;

/// <summary>
/// Passwords that were found right a short while ago, so that a client that logs in every minute costs one hash and not many. What is kept is a
/// digest under a key that only this process has, of the password together with the stored hash that it fits: when the stored hash changes,
/// nothing fits any more. Whether the account may still log in is not remembered at all.
/// </summary>
internal sealed class RememberedCredentials(TimeProvider time, int capacity = RememberedCredentials.DefaultCapacity)
{
    public const int DefaultCapacity = 20_000;

    /// <summary>A password that nobody uses any more is not kept for long, not even so.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(5);

    private readonly byte[] key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);
    private readonly Lock gate = new();
    private readonly Dictionary<UInt128, long> rememberedAt = [];
    private readonly Queue<UInt128> oldestFirst = new();

    public int Count
    {
        get
        {
            lock (gate) return rememberedAt.Count;
        }
    }

    public bool Contains(PasswordHash hash, Password password)
    {
        var digest = Digest(hash, password);
        lock (gate) return rememberedAt.TryGetValue(digest, out var since) && time.GetElapsedTime(since) < KeptFor;
    }

    public void Add(PasswordHash hash, Password password)
    {
        var digest = Digest(hash, password);
        lock (gate)
        {
            while (oldestFirst.TryPeek(out var oldest) && (rememberedAt.Count >= capacity || time.GetElapsedTime(rememberedAt[oldest]) >= KeptFor))
            {
                rememberedAt.Remove(oldestFirst.Dequeue());
            }

            // The time of one that is there stays: it is forgotten in its turn, and then hashed again.
            if (rememberedAt.TryAdd(digest, time.GetTimestamp())) oldestFirst.Enqueue(digest);
        }
    }

    private UInt128 Digest(PasswordHash hash, Password password)
    {
        // The length tells where the password ends.
        byte[] text = [0, 0, 0, 0, .. password.Octets, .. Encoding.UTF8.GetBytes(hash.Text)];
        BinaryPrimitives.WriteInt32BigEndian(text, password.Octets.Length);
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, text, digest);
        CryptographicOperations.ZeroMemory(text);
        return BinaryPrimitives.ReadUInt128BigEndian(digest);
    }
}
