using System.Globalization;
using System.Net;
using System.Text;
using Npgsql;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>Reads connection strings and fills in what keeps a dead server from costing much.</summary>
public static class PostgresConnection
{
    /// <summary>Longer is no password: somebody named the wrong file.</summary>
    private const int MaxPasswordBytes = 4096;

    /// <summary>What is wrong with a connection string, in words that do not repeat it; null: nothing.</summary>
    public static string? FindMistake(string connectionString)
    {
        try
        {
            var text = new NpgsqlConnectionStringBuilder(connectionString);
            if (text.Password is { Length: > 0 } || text.Passfile is { Length: > 0 }) return "holds a password: put it into a file and name that as passwordFile";
            return text.Host is { Length: > 0 } ? null : "names no Host";
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException)
        {
            return "cannot be read: it is Keyword=value;Keyword=value, with keywords of Npgsql";
        }
    }

    /// <summary>The servers that a connection string names, as PostgreSQL's own programs take them: <c>-h db1 -p 5432</c>.</summary>
    public static IReadOnlyList<string> FindServers(string connectionString)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString);
        return [.. (text.Host ?? "").Split(',').Select(host => host.Trim().Split(':', 2)).Select(host => $"-h {host[0]} -p {(host.Length > 1 ? host[1] : text.Port.ToString(CultureInfo.InvariantCulture))}")];
    }

    /// <summary>The servers that a connection string leads to over a network without insisting on TLS; those of this machine do not count.</summary>
    public static IReadOnlyList<string> FindUnprotected(string connectionString)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString);
        if (text.SslMode is SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull) return [];
        return [.. (text.Host ?? "").Split(',').Select(host => host.Trim()).Where(host => host is not ['/' or '@', ..] && !IsThisMachine(host))];
    }

    private static bool IsThisMachine(string host) =>
        host.Split(':')[0] == "localhost" || (IPEndPoint.TryParse(host, out var address) && IPAddress.IsLoopback(address.Address));

    /// <summary>A pool of connections to these servers, with the password read anew for each.</summary>
    internal static NpgsqlMultiHostDataSource Build(PostgresOptions options)
    {
        var text = Fill(options.ConnectionString, options);
        if (!options.IsPooled)
        {
            Default(text, "Max Auto Prepare", 50);
            Default(text, "Auto Prepare Min Usages", 2);
        }

        return Build(text, options.PasswordFile);
    }

    /// <summary>For single connections that are held: LISTEN, migrations.</summary>
    /// <param name="commandLimit">How long a statement may take; null: as long as any answer.</param>
    internal static NpgsqlMultiHostDataSource BuildUnpooled(string connectionString, PostgresOptions options, TimeSpan? commandLimit = null)
    {
        var text = Fill(connectionString, options);
        text.Pooling = false;
        if (commandLimit is { } limit) text.CommandTimeout = (int)limit.TotalSeconds;
        return Build(text, options.PasswordFile);
    }

    private static NpgsqlConnectionStringBuilder Fill(string connectionString, PostgresOptions options)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString);
        var seconds = Math.Max(1, (int)Math.Ceiling(options.Timeout.TotalSeconds));
        Default(text, "Timeout", seconds);
        Default(text, "Command Timeout", seconds);
        Default(text, "Cancellation Timeout", 500);

        // Npgsql forgets what it believes of a host after any failure, see PostgresPool; without one it need not ask a silent host often.
        Default(text, "Host Recheck Seconds", 30);
        Default(text, "Maximum Pool Size", 16);
        Default(text, "Application Name", "policydaemon");
        if (!HasUnixSocket(text.Host))
        {
            Default(text, "TCP Keepalive", true);
            Default(text, "TCP Keepalive Time", 10);
            Default(text, "TCP Keepalive Interval", 5);
        }

        // A ticket is not looked for unless it is asked for.
        Default(text, "GSS Encryption Mode", GssEncryptionMode.Disable);

        // We set nothing that outlasts a transaction, so there is nothing to reset; and a pooler takes a reset for a statement.
        text.NoResetOnClose = true;
        return text;
    }

    /// <summary>Npgsql sets options of TCP on any socket, and fails where there is none.</summary>
    private static bool HasUnixSocket(string? hosts) => hosts?.Split(',').Any(host => host.Trim() is ['/' or '@', ..]) ?? false;

    /// <param name="keyword">As Npgsql's documentation spells it: another spelling would not be found among what the administrator set.</param>
    private static void Default(NpgsqlConnectionStringBuilder text, string keyword, object value)
    {
        if (!text.ShouldSerialize(keyword)) text[keyword] = value;
    }

    private static NpgsqlMultiHostDataSource Build(NpgsqlConnectionStringBuilder text, string? passwordFile)
    {
        var builder = new NpgsqlDataSourceBuilder(text.ConnectionString);
        if (passwordFile is not null)
        {
            builder.UsePasswordProvider(_ => ReadPassword(passwordFile), (_, _) => ValueTask.FromResult(ReadPassword(passwordFile)));
        }

        return builder.BuildMultiHost();
    }

    private static string ReadPassword(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxPasswordBytes) throw new PostgresUnavailableException($"the password file {path} is larger than {MaxPasswordBytes} octets");
            var password = File.ReadAllText(path, Encoding.UTF8);
            if (password.EndsWith('\n')) password = password[..^1];
            if (password.EndsWith('\r')) password = password[..^1];
            return password.Length > 0 ? password : throw new PostgresUnavailableException($"the password file {path} is empty");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PostgresUnavailableException($"cannot read the password file: {failure.Message}", failure);
        }
    }
}
