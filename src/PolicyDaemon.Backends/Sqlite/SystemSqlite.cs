using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>Binds the managed SQLite layer to the system's own library, which the distribution keeps patched.</summary>
internal static partial class SystemSqlite
{
    private const string Library = "libsqlite3.so.0";

    /// <summary>SQLITE_FCNTL_HAS_MOVED of sqlite3.h.</summary>
    private const int HasMovedOperation = 20;

    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>To be called before the first connection; costs nothing after that.</summary>
    /// <exception cref="SqliteFileException">The library is not installed.</exception>
    public static void EnsureLoaded() => _ = Loaded.Value;

    /// <summary>Whether the file behind an open connection is no longer the one at its path: deleted, renamed or replaced.</summary>
    /// <remarks>One stat(2). SQLite itself would go on reading the file that nobody else can see any more.</remarks>
    public static bool HasMoved(nint connection) =>
        FileControl(connection, 0, HasMovedOperation, out var moved) == raw.SQLITE_OK && moved != 0;

    private static bool Load()
    {
        if (!NativeLibrary.TryLoad(Library, out var handle))
        {
            throw new SqliteFileException($"{Library} is missing; on Debian install the package libsqlite3-0");
        }

        // The provider asks for the library that a bundle would bring along; there is no bundle.
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;

        nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name == "e_sqlite3" ? handle : 0;
    }

    /// <param name="database">A name, or 0 for the main database.</param>
    [LibraryImport(Library, EntryPoint = "sqlite3_file_control")]
    private static partial int FileControl(nint connection, nint database, int operation, out int value);
}
