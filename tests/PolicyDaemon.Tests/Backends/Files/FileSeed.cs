using PolicyDaemon.Contracts;

namespace PolicyDaemon.Tests.Backends.Files;

/// <summary>Writes people into a passwd-file and an alias text, as an administrator would.</summary>
internal static class FileSeed
{
    /// <summary>Replaced by a rename, so that nobody ever sees half of it.</summary>
    public static void Write(string path, string text)
    {
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Every second line as docker-mailserver has it.</summary>
    public static string Passwd(DirectorySeed seed) => string.Concat(seed.Accounts.Select((account, index) =>
        index % 2 == 0 ? $"{account.MainAddress}:{account.Password}::::::{Fields(account)}\n" : $"{account.MainAddress}|{account.Password}|{Fields(account)}\n"));

    public static string Aliases(DirectorySeed seed) =>
        string.Concat(seed.Accounts.SelectMany(account => account.Addresses.Where(address => address.StartsWith('@')).Select(address => $"{address} {account.MainAddress}\n")));

    private static string Fields(SeedAccount account)
    {
        var others = account.Addresses.Skip(1).Where(address => !address.StartsWith('@'));
        return string.Join(' ', new[]
        {
            Field("addresses", others), Field("send_as", account.SendAs), Field("allowed_senders", account.AllowedSenders),
            Field("limits", account.Limits.Select(limit => $"{limit.Key}={limit.Value}")), Field("send_allowed", One(account.SendAllowed)), Field("account_status", One(account.Status)),
        }.Where(field => field.Length > 0));
    }

    private static IEnumerable<string> One(string? value) => value is null ? [] : [value];

    private static string Field(string key, IEnumerable<string> values) => values.Any() ? $"{key}={string.Join(',', values)}" : "";
}
