using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>
/// The idle readers of a database file. A reader whose file is no longer at its path is never handed out, and no reader of the new
/// file is opened before the last one of the old file is closed: both would share one write-ahead log.
/// </summary>
internal sealed class SqliteReaderPool(Func<SqliteReader> open) : IDisposable
{
    /// <summary>Readers kept open; more may be out at once, one for each thread that asks.</summary>
    private const int MaxIdle = 16;

    private readonly Lock gate = new();
    private readonly Stack<Pooled> idle = new();
    private int generation;
    private int rented;
    private int rentedOfOldFile;
    private bool isDisposed;

    /// <summary>A reader, to be given back by disposing it.</summary>
    /// <exception cref="SqliteException">The file cannot be read now.</exception>
    /// <exception cref="SqliteFileException">The file is not ours, or newer, or we have closed it.</exception>
    public Pooled Rent() => TakeIdle() ?? OpenNew();

    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            CloseIdle();
        }
    }

    private Pooled? TakeIdle()
    {
        lock (gate)
        {
            if (!idle.TryPop(out var pooled)) return null;
            if (!pooled.Reader.HasMoved)
            {
                rented++;
                return pooled;
            }

            pooled.Reader.Dispose();
            ForgetFile();
            return null;
        }
    }

    private Pooled OpenNew()
    {
        lock (gate)
        {
            if (isDisposed) throw new SqliteFileException("the database is closed");
            if (rentedOfOldFile > 0) throw new SqliteException("readers of the former file are still open", raw.SQLITE_BUSY);
            var pooled = new Pooled(this, open(), generation);
            rented++;
            return pooled;
        }
    }

    private void Return(Pooled pooled)
    {
        lock (gate)
        {
            if (pooled.Generation != generation)
            {
                rentedOfOldFile--;
                pooled.Reader.Dispose();
                return;
            }

            rented--;
            if (pooled.IsBroken || isDisposed || idle.Count >= MaxIdle) pooled.Reader.Dispose();
            else idle.Push(pooled);
        }
    }

    private void ForgetFile()
    {
        generation++;
        rentedOfOldFile += rented;
        rented = 0;
        CloseIdle();
    }

    private void CloseIdle()
    {
        while (idle.TryPop(out var pooled)) pooled.Reader.Dispose();
    }

    /// <summary>A reader on loan.</summary>
    internal sealed class Pooled(SqliteReaderPool pool, SqliteReader reader, int generation) : IDisposable
    {
        public SqliteReader Reader { get; } = reader;

        public int Generation { get; } = generation;

        /// <summary>Set when the reader failed: it is closed instead of being used again.</summary>
        public bool IsBroken { get; set; }

        public void Dispose() => pool.Return(this);
    }
}
