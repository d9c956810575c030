namespace PolicyDaemon.Tests;

/// <summary>Makes variants of known bytes, the same ones for the same seed.</summary>
internal sealed class Mutator(int seed)
{
    /// <summary>Bytes at which line protocols decide something.</summary>
    private static readonly byte[] Telling = [0, (byte)'\n', (byte)'\r', (byte)'=', (byte)' ', (byte)'\t', 0x7f, 0x80, 0xc3, 0xff];

    private readonly Random random = new(seed);

    /// <summary>One to four changes: a byte replaced, removed or put in, a piece doubled, moved or cut off.</summary>
    public byte[] Mutate(byte[] original)
    {
        List<byte> bytes = [.. original];
        for (var changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--) Change(bytes);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        var at = random.Next(bytes.Count);
        switch (random.Next(6))
        {
            case 0: bytes[at] = Byte(); break;
            case 1: bytes.RemoveAt(at); break;
            case 2: bytes.Insert(at, Byte()); break;
            case 3: bytes.InsertRange(random.Next(bytes.Count), Piece(bytes, at)); break;
            case 4: bytes.RemoveRange(at, Piece(bytes, at).Count); break;
            default: bytes.RemoveRange(at, bytes.Count - at); break;
        }
    }

    private byte Byte() => random.Next(2) == 0 ? Telling[random.Next(Telling.Length)] : (byte)random.Next(256);

    private List<byte> Piece(List<byte> bytes, int at) => bytes.GetRange(at, random.Next(1, Math.Min(64, bytes.Count - at) + 1));
}
