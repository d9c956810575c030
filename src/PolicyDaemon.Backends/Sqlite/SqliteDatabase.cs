using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>
/// The database file of the embedded default: one writer at a time, many readers that no writer ever keeps waiting (WAL). Only its
/// owner may read it, for it holds password hashes.
/// </summary>
/// <remarks>
/// To put another file in its place, stop the daemon and take the files ending in <c>-wal</c> and <c>-shm</c> away too: what is left
/// of them would be read into the new file (sqlite.org/howtocorrupt.html, "Unlinking or renaming a database file while in use").
/// A file that is taken away makes every answer Unavailable and is never silently made anew.
/// </remarks>
public sealed class SqliteDatabase : IMailboxStore, IDisposable
{
    private readonly SqliteSchema schema;
    private readonly SemaphoreSlim writer = new(1);

    private SqliteDatabase(string path, SqliteSchema schema)
    {
        Path = path;
        this.schema = schema;
        Readers = new SqliteReaderPool(OpenReader);
    }

    public string Path { get; }

    internal SqliteReaderPool Readers { get; }

    /// <summary>How long a writer waits for a writer of another process; longer than any of our transactions takes.</summary>
    internal TimeSpan WriterWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Opens the file, and brings its tables to this version if it is of an older one.</summary>
    /// <exception cref="SqliteFileException">It does not exist, cannot be opened, is not ours or is newer; the message says which.</exception>
    public static SqliteDatabase Open(string path) => Open(path, SqliteSchema.Current);

    /// <summary>As <see cref="Open(string)"/>; a file that does not exist is made, in a directory that must exist.</summary>
    /// <exception cref="SqliteFileException">As for <see cref="Open(string)"/>, or it cannot be made.</exception>
    public static SqliteDatabase OpenOrCreate(string path) => OpenOrCreate(path, SqliteSchema.Current);

    internal static SqliteDatabase OpenOrCreate(string path, SqliteSchema schema)
    {
        path = System.IO.Path.GetFullPath(path);
        if (!File.Exists(path)) Create(path);
        return Open(path, schema);
    }

    internal static SqliteDatabase Open(string path, SqliteSchema schema)
    {
        SystemSqlite.EnsureLoaded();
        var database = new SqliteDatabase(System.IO.Path.GetFullPath(path), schema);
        database.Migrate();
        return database;
    }

    /// <summary>Runs one change in a transaction of its own, off the caller's thread: committed and on disk when this returns.</summary>
    /// <param name="change">Given the connection inside the transaction; when it throws, nothing is changed.</param>
    /// <param name="cancellationToken">Stops waiting for other writers; a change once begun is finished.</param>
    /// <exception cref="StoreUnavailableException">The file cannot be written now.</exception>
    internal async Task<T> WriteAsync<T>(Func<SqliteConnection, T> change, CancellationToken cancellationToken)
    {
        await writer.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => InTransaction("BEGIN IMMEDIATE", change), CancellationToken.None);
        }
        catch (Exception exception) when (exception is SqliteException or SqliteFileException)
        {
            throw new StoreUnavailableException(SqliteCause.Describe(exception, Path), exception);
        }
        finally
        {
            writer.Release();
        }
    }

    /// <summary>Reads for a command, from one state of the file, off the caller's thread.</summary>
    /// <exception cref="StoreUnavailableException">The file cannot be read now.</exception>
    internal async Task<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => InTransaction("BEGIN DEFERRED", read), cancellationToken);
        }
        catch (Exception exception) when (exception is SqliteException or SqliteFileException)
        {
            throw new StoreUnavailableException(SqliteCause.Describe(exception, Path), exception);
        }
    }

    MailboxSchema IMailboxStore.Schema { get; } = new(
        "sender_rights", "recipient_rules", new AmountTable("limit_overrides", "login"), new AmountTable("domain_limits", "domain"), "virtual_users", "email");

    Task<T> IMailboxStore.ReadAsync<T>(Func<DbConnection, T> read, CancellationToken cancellationToken) =>
        ReadAsync(connection => read(connection), cancellationToken);

    Task<T> IMailboxStore.WriteAsync<T>(Func<DbConnection, T> change, CancellationToken cancellationToken) =>
        WriteAsync(connection => change(connection), cancellationToken);

    public void Dispose()
    {
        Readers.Dispose();
        writer.Dispose();
    }

    private static void Create(string path)
    {
        try
        {
            // Made before SQLite sees it, so that there is no moment at which others can open it.
            using (new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                FileOwner.TakeFromDirectory(path);
            }
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was faster; it is as good as ours.
        }
        catch (DirectoryNotFoundException exception)
        {
            throw new SqliteFileException($"cannot create {path}: its directory does not exist", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new SqliteFileException($"cannot create {path}: permission denied", exception);
        }
        catch (IOException exception)
        {
            throw new SqliteFileException($"cannot create {path}: {exception.Message}", exception);
        }
    }

    private void Migrate()
    {
        try
        {
            using var connection = OpenWriter();

            // Whose file it is comes first: nothing of another program's is changed, not even its journal.
            _ = schema.ReadVersion(connection);
            var journal = connection.ExecuteScalar<string>("PRAGMA journal_mode = WAL");
            if (journal != "wal") throw new SqliteFileException($"{Path} cannot have a write-ahead log there (journal mode is {journal})");
            schema.Migrate(connection);
        }
        catch (SqliteException exception)
        {
            throw new SqliteFileException(SqliteCause.Describe(exception, Path), exception);
        }
    }

    private T InTransaction<T>(string begin, Func<SqliteConnection, T> work)
    {
        using var connection = OpenWriter();
        _ = schema.ReadVersion(connection);
        connection.Execute(begin);
        try
        {
            var result = work(connection);
            connection.Execute("COMMIT");
            return result;
        }
        catch
        {
            // SQLite may have rolled back by itself, on a full disk for one.
            if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0) connection.Execute("ROLLBACK");
            throw;
        }
    }

    private SqliteConnection OpenWriter()
    {
        var connection = Connect();
        try
        {
            // FULL: a block or a password that was acknowledged outlasts a power failure.
            connection.Execute(
                $"PRAGMA busy_timeout = {(int)WriterWait.TotalMilliseconds}; "
                + "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private SqliteReader OpenReader()
    {
        var connection = Connect();
        try
        {
            return new SqliteReader(connection, schema);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,

            // Seconds. SQLite's own busy_timeout does the waiting; after it, Microsoft.Data.Sqlite must not wait again.
            DefaultTimeout = 1,
        }.ToString());
        connection.Open();
        return connection;
    }
}
