using System.Runtime.CompilerServices;
using PolicyDaemon.Backends.Sqlite;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>Tests open connections of their own beside ours, in any order: the system's SQLite is there for both from the start.</summary>
internal static class SqliteSetup
{
    [ModuleInitializer]
    internal static void Load() => SystemSqlite.EnsureLoaded();
}
