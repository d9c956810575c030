using System.Globalization;
using System.Text.Json;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>One row of an administrator's query, by the names of its columns. What is not in it was not said.</summary>
/// <remarks>Every method may throw <see cref="FormatException"/>: what a column holds cannot be understood.</remarks>
internal readonly struct DirectoryRow(JsonElement row)
{
    public bool Has(string column) => row.TryGetProperty(column, out _);

    /// <summary>Null for NULL, and for a column that is not there.</summary>
    public string? Text(string column)
    {
        if (!row.TryGetProperty(column, out var value)) return null;
        return value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => throw new FormatException($"column {column} holds neither text nor a number"),
        };
    }

    /// <summary>True where there is no such column; NULL is false, as in a condition.</summary>
    public bool IsEnabled(string column)
    {
        if (!Has(column)) return true;
        return Text(column) is { } text && (ToFlag(text) ?? throw new FormatException($"column {column} holds '{text}', which is neither true nor false"));
    }

    public SendAllowed SendAllowed(string column) => Text(column) is not { } text ? Engine.Directories.SendAllowed.Absent
        : ToFlag(text) switch
        {
            true => Engine.Directories.SendAllowed.True,
            false => Engine.Directories.SendAllowed.False,
            null => Engine.Directories.SendAllowed.Invalid,
        };

    /// <summary>The items of an array as they are; those of a text, between commas and spaces.</summary>
    public IReadOnlyList<string> List(string column)
    {
        if (!row.TryGetProperty(column, out var value) || value.ValueKind == JsonValueKind.Null) return [];
        if (value.ValueKind != JsonValueKind.Array) return AddressList.Split(Text(column)!);
        return [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];
    }

    /// <summary>Addresses, and <c>@domain</c> too.</summary>
    public IReadOnlyList<EmailAddress> Patterns(string column, AddressNormalizer normalizer)
    {
        var list = List(column);
        var addresses = new List<EmailAddress>(list.Count);
        foreach (var item in list)
        {
            if (!normalizer.TryParsePattern(item, out var address)) throw new FormatException($"column {column} holds '{item}', which is no address");
            addresses.Add(address);
        }

        return addresses;
    }

    /// <summary>Amounts by name, each <c>name=amount</c>.</summary>
    public IReadOnlyDictionary<string, long> Limits(string column)
    {
        var limits = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var item in List(column))
        {
            var separator = item.LastIndexOf('=');
            if (separator <= 0 || !long.TryParse(item.AsSpan(separator + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
                throw new FormatException($"column {column} holds '{item}', expected name=amount");
            limits[item[..separator]] = amount;
        }

        return limits;
    }

    /// <summary>Mebibytes as octets; null where it is not said.</summary>
    public long? Mebibytes(string column)
    {
        if (Text(column) is not { } text) return null;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var amount) || amount > long.MaxValue >> 20)
            throw new FormatException($"column {column} holds '{text}', expected a whole number of mebibytes");
        return amount << 20;
    }

    private static bool? ToFlag(string text) => text.Trim().ToUpperInvariant() switch
    {
        "TRUE" or "T" or "YES" or "Y" or "ON" or "1" => true,
        "FALSE" or "F" or "NO" or "N" or "OFF" or "0" => false,
        _ => null,
    };
}
