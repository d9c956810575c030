using System.Diagnostics;

namespace PolicyDaemon.MailStack.Processes;

/// <summary>
/// Ends the processes of one stack when the test runner is gone, however it went: a shell in a session of its own that
/// waits on a pipe whose other end only the runner holds.
/// </summary>
/// <remarks>
/// A death signal (prctl PR_SET_PDEATHSIG) would not do: the kernel drops it when a server changes its user, and it is
/// bound to the thread that forked, which here belongs to the pool.
/// </remarks>
internal sealed class Reaper : IDisposable
{
    /// <summary>In the root directory of a stack; one line per started process: its number, start ticks, number of the signal that ends it, name.</summary>
    internal const string ProcessesFile = "processes";

    /// <summary>In the root directory of a stack; present when the directory is to outlive the stack.</summary>
    internal const string KeepFile = "keep";

    private const string Script = """
        cd "$1" || exit 0
        read -r _
        is_alive() {
            set -- "$2" $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null)
            [ "${21-}" = "$1" ] && [ "$2" != Z ] && [ "$2" != X ]
        }
        : > living
        while read -r pid start signal name; do
            if is_alive "$pid" "$start"; then
                echo "$pid $start" >> living
                kill "-$signal" "$pid"
                kill -s CONT "$pid" $(cat "/proc/$pid/task/$pid/children")
            fi
        done < processes
        while read -r pid start; do
            tries=0
            while is_alive "$pid" "$start" && [ $tries -lt 100 ]; do
                sleep 0.05
                tries=$((tries + 1))
            done
            for stat in /proc/[0-9]*/stat; do
                set -- $(sed 's/.*) //' "$stat" 2>/dev/null)
                member=${stat#/proc/}
                [ "${4-}" != "$pid" ] || [ "$1" = Z ] || kill -s KILL "${member%/stat}"
            done
        done < living
        [ -e keep ] || rm -rf "$PWD"
        """;

    private readonly Process shell;

    private Reaper(Process shell) => this.shell = shell;

    internal static Reaper Watch(string root) => new(Start(root));

    /// <summary>Does the reaper's work at once, for a stack whose runner and reaper are both gone.</summary>
    internal static async Task SweepAsync(string root)
    {
        using Process reaper = Start(root);
        reaper.StandardInput.Close();
        await reaper.WaitForExitAsync();
    }

    /// <summary>To be called when the stack has stopped: the shell then finds nothing to do and ends.</summary>
    public void Dispose()
    {
        shell.StandardInput.Close();
        shell.WaitForExit();
        shell.Dispose();
    }

    private static Process Start(string root)
    {
        ProcessStartInfo start = new("setsid", ["sh", "-c", $"exec >/dev/null 2>&1\n{Script}", "policydaemon-test-reaper", root])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("setsid sh: did not start");
    }
}
