using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Files;

/// <summary>The extra fields of one line, <c>key=value</c> with spaces between: Dovecot's, as far as they matter here, and our own.</summary>
/// <remarks>
/// Source: Dovecot 2.3 and 2.4, "Passwd-file", "Password database extra fields", "Quota". A field that nobody here knows is passed over, as Dovecot
/// does; one that is known and cannot be read is a mistake.
/// </remarks>
internal sealed class PasswdFields
{
    private const string LimitsExpected = "limits is not name=number,name=number";

    public static readonly PasswdFields None = new("");

    private readonly Dictionary<string, string> fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> twice = new(StringComparer.Ordinal);

    public PasswdFields(string text)
    {
        foreach (var field in text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? field : field[..equals];
            if (!fields.TryAdd(key, equals < 0 ? "" : field[(equals + 1)..])) twice.Add(key);
        }
    }

    public string? this[string key] => fields.GetValueOrDefault(key);

    /// <summary>Nobody logs in by this line.</summary>
    public bool HasNoLogin => fields.ContainsKey("nologin") || fields.ContainsKey("deny");

    public SendAllowed SendAllowed => twice.Contains("send_allowed") ? SendAllowed.Invalid : this["send_allowed"]?.ToUpperInvariant() switch
    {
        null => SendAllowed.Absent,
        "TRUE" or "YES" or "Y" => SendAllowed.True,
        "FALSE" or "NO" or "N" => SendAllowed.False,
        _ => SendAllowed.Invalid,
    };

    /// <summary>Of an account whose login or own address this is, with Dovecot's variables filled in; what cannot be is left as it is.</summary>
    public MailboxFacts ReadMailbox(MailboxFacts columns, string login, EmailAddress? address)
    {
        var (driver, path) = (this["userdb_mail_driver"], this["userdb_mail_path"]);
        var mail = this["userdb_mail"] ?? (driver is null && path is null ? null : $"{driver}:{path}");
        return new MailboxFacts(
            this["userdb_uid"] ?? columns.Uid,
            this["userdb_gid"] ?? columns.Gid,
            Fill(this["userdb_home"], login, address) ?? columns.Home,
            Fill(mail, login, address));
    }

    /// <param name="octets">Null: nothing is said.</param>
    public bool TryReadQuota(out long? octets, [NotNullWhen(false)] out string? fault)
    {
        octets = null;
        fault = null;
        if (this["userdb_quota_storage_size"] is { } size)
        {
            if (QuotaSize.TryParse(size, 'B', out var read)) octets = read;
            else fault = "userdb_quota_storage_size is no size";
        }
        else if (this["userdb_quota_rule"] is { } rule && rule.StartsWith("*:", StringComparison.Ordinal) && !TryReadRule(rule[2..], out octets))
        {
            fault = "userdb_quota_rule is not *:storage=size";
        }

        return fault is null;
    }

    public bool TryReadNets(out AllowedNets? nets, [NotNullWhen(false)] out string? fault)
    {
        nets = null;
        fault = null;
        if (this["allow_nets"] is not { } text) return true;
        var (networks, hasLocal) = (new List<IPNetwork>(), false);
        foreach (var item in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (item == "local") hasLocal = true;
            else if (IPNetwork.TryParse(item, out var network)) networks.Add(network);
            else if (IPAddress.TryParse(item, out var address)) networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else fault = "allow_nets is not a list of networks";
        }

        nets = new AllowedNets(networks, hasLocal);
        return fault is null;
    }

    /// <summary>Addresses, or <c>@domain</c>, with commas between.</summary>
    public bool TryReadAddresses(string key, AddressNormalizer normalizer, out IReadOnlyList<EmailAddress> addresses, [NotNullWhen(false)] out string? fault)
    {
        addresses = [];
        fault = null;
        if (this[key] is not { } list) return true;
        var read = new List<EmailAddress>();
        foreach (var text in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!normalizer.TryParsePattern(text, out var address)) fault = $"{key} is not a list of addresses";
            else if (!read.Contains(address)) read.Add(address);
        }

        // Nobody at all would be everybody.
        if (fault is null && read.Count == 0) fault = $"{key} is empty";
        addresses = read;
        return fault is null;
    }

    public bool TryReadLimits(out IReadOnlyDictionary<string, long> limits, [NotNullWhen(false)] out string? fault)
    {
        limits = FrozenDictionary<string, long>.Empty;
        fault = null;
        if (this["limits"] is not { } list) return true;
        var read = new Dictionary<string, long>(StringComparer.Ordinal);
        limits = read;
        foreach (var item in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = item.LastIndexOf('=');
            if (equals > 0 && long.TryParse(item.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount)) read[item[..equals]] = amount;
            else fault = LimitsExpected;
        }

        return fault is null;
    }

    /// <summary><c>storage=</c> counts in kilobytes where no unit stands, <c>bytes=</c> in octets; <c>ignore</c> and 0 are no limit.</summary>
    private static bool TryReadRule(string rule, out long? octets)
    {
        octets = null;
        foreach (var limit in rule.Split(':'))
        {
            if (limit == "noenforcing" || limit.StartsWith("messages=", StringComparison.Ordinal) || limit.StartsWith("backend=", StringComparison.Ordinal)) continue;
            if (limit == "ignore") octets = 0;
            else if (limit.StartsWith("storage=", StringComparison.Ordinal) && QuotaSize.TryParse(limit.AsSpan(8), 'K', out var size)) octets = size;
            else if (limit.StartsWith("bytes=", StringComparison.Ordinal) && QuotaSize.TryParse(limit.AsSpan(6), 'B', out size)) octets = size;
            else return false;
        }

        return true;
    }

    private static string? Fill(string? text, string login, EmailAddress? address)
    {
        if (text is null || address is null || !text.Contains('%', StringComparison.Ordinal)) return text;
        var named = text.Replace(" ", "", StringComparison.Ordinal);
        foreach (var (variable, name) in Variables) named = named.Replace(variable, name, StringComparison.Ordinal);
        return MailboxTemplate.TryParse(named, out var template) ? template.Fill(login, address) ?? text : text;
    }

    /// <summary>Of 2.3 and of 2.4. A value with a space in it would be two fields, so <c>%{user|domain}</c> is written without.</summary>
    private static readonly (string Variable, string Name)[] Variables =
    [
        ("%{user|username}", "{local}"), ("%{user|domain}", "{domain}"), ("%{user}", "{user}"), ("%{username}", "{local}"), ("%{domain}", "{domain}"),
        ("%u", "{user}"), ("%n", "{local}"), ("%d", "{domain}"),
    ];
}
