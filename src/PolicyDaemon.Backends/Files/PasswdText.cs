using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Files;

/// <summary>
/// Reads accounts with passwords: Dovecot's passwd-file, <c>user:password:uid:gid:gecos:home:shell:extra fields</c>, or docker-mailserver's
/// <c>postfix-accounts.cf</c>, <c>user|password|extra fields</c>. The first <c>:</c> or <c>|</c> of a line tells which.
/// </summary>
/// <remarks>
/// Source: Dovecot 2.3 and 2.4, "Passwd-file" (db-passwd-file.c); docker-mailserver, "Account Management, Provisioner (File)". A mistake is told by
/// its line, and makes the whole text one that is not used: whom half of a line meant cannot be known.
/// </remarks>
internal sealed class PasswdText(FileDirectoryOptions options, AddressNormalizer normalizer)
{
    private const int MaxLoginCharacters = 255;

    /// <param name="path">For <see cref="PasswdEntry.Place"/>.</param>
    /// <param name="fault">The first mistake, with its line; nothing of a password is in it.</param>
    public IReadOnlyList<PasswdEntry>? Read(string text, string path, out string? fault)
    {
        var entries = new List<PasswdEntry>();
        fault = null;
        var number = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            number++;
            var line = text.AsSpan(range).TrimEnd('\r');
            if (line.TrimStart() is [] or ['#', ..]) continue;
            if (TryReadLine(line, string.Create(CultureInfo.InvariantCulture, $"{path}:{number}"), out var entry, out fault) && entries.Count < FileText.MaxEntries)
            {
                entries.Add(entry);
                continue;
            }

            fault = string.Create(CultureInfo.InvariantCulture, $"line {number}: {fault ?? FileText.TooMany}");
            return null;
        }

        return entries;
    }

    private bool TryReadLine(ReadOnlySpan<char> line, string place, [NotNullWhen(true)] out PasswdEntry? entry, [NotNullWhen(false)] out string? fault)
    {
        entry = null;
        var end = line.IndexOfAny(':', '|');
        if (end < 0)
        {
            fault = "has no : or | behind the login";
            return false;
        }

        var login = AddressNormalizer.NormalizeLogin(line[..end].ToString());
        if (login.Length > MaxLoginCharacters || !AddressNormalizer.IsLogin(login) || login.Any(char.IsWhiteSpace))
        {
            fault = "begins with no login";
            return false;
        }

        var (columns, extra) = Split(line[(end + 1)..].ToString(), line[end]);
        return TryRead(login, columns, extra.Length == 0 ? PasswdFields.None : new PasswdFields(extra), place, out entry, out fault);
    }

    /// <returns>Password, uid, gid and home, and the extra fields.</returns>
    private static (string[] Columns, string Extra) Split(string rest, char separator)
    {
        if (separator == '|')
        {
            var both = rest.Split('|', 2);
            return ([both[0], "", "", ""], both.Length > 1 ? both[1] : "");
        }

        // password:uid:gid:gecos:home:shell:extra, where extra fields may have colons of their own.
        var fields = rest.Split(':', 7);
        return ([fields[0], Field(1), Field(2), Field(4)], Field(6));

        string Field(int index) => index < fields.Length ? fields[index] : "";
    }

    private bool TryRead(
        string login, string[] columns, PasswdFields fields, string place, [NotNullWhen(true)] out PasswdEntry? entry, [NotNullWhen(false)] out string? fault)
    {
        entry = null;
        if (!fields.TryReadQuota(out var quota, out fault) || !fields.TryReadNets(out var nets, out fault)) return false;
        if (!fields.TryReadAddresses("addresses", normalizer, out var addresses, out fault) || !fields.TryReadAddresses("send_as", normalizer, out var sendAs, out fault)) return false;
        if (!fields.TryReadAddresses("allowed_senders", normalizer, out var senders, out fault) || !fields.TryReadLimits(out var limits, out fault)) return false;

        var account = fields["user"] is { Length: > 0 } user ? AddressNormalizer.NormalizeLogin(user) : login;
        _ = normalizer.TryParse(account, out var own);
        entry = new PasswdEntry
        {
            Login = login,
            AccountLogin = account,
            Place = place,
            StoredPassword = fields.HasNoLogin ? "" : ReadPassword(columns[0]),
            AllowedNets = nets,
            Addresses = addresses,
            SendAllowed = fields.SendAllowed,
            Status = fields["account_status"] is { Length: > 0 } status ? status : null,
            SendAs = sendAs,
            AllowedSenders = senders,
            Limits = limits,
            QuotaOctets = quota,
            Mailbox = fields.ReadMailbox(new MailboxFacts(Number(columns[1], options.FindUser), Number(columns[2], options.FindGroup), NullIfEmpty(columns[3])), account, own),
        };
        return true;
    }

    /// <summary>With the scheme that it has, or that goes without saying. <c>x</c> is passwd(5)'s way to say that it is somewhere else.</summary>
    private string ReadPassword(string text) => text switch
    {
        "" or "x" or ['*' or '!', ..] => "",
        ['{' or '$', ..] => text,

        // libpam-pwdfile's way to name the scheme.
        [.. var hash, '[', '1', '3', ']'] => "{CRYPT}" + hash,
        [.. var hash, '[', '3', '4', ']'] => "{PLAIN-MD5}" + hash,
        _ => $"{{{options.DefaultScheme}}}{text}",
    };

    /// <summary>A name that there is not stays a name, which no rule takes for a number.</summary>
    private static string? Number(string text, Func<string, uint?> find) =>
        text.Length == 0 ? null : char.IsAsciiDigit(text[0]) ? text : find(text)?.ToString(CultureInfo.InvariantCulture) ?? text;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
