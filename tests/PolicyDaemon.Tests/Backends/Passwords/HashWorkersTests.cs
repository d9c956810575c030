using PolicyDaemon.Backends.Passwords;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Passwords;

public sealed class HashWorkersTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Computations_run_on_threads_of_their_own()
    {
        using var workers = new HashWorkers(2, 4);
        var name = "";
        Assert.Equal(7, await Run(workers, () => Remember(out name, 7), CancellationToken.None).WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.StartsWith("hash-", name, StringComparison.Ordinal);

        static int Remember(out string name, int value)
        {
            name = Thread.CurrentThread.Name ?? "";
            return value;
        }
    }

    [Fact]
    public async Task What_is_more_than_may_wait_is_refused_at_once_and_the_rest_is_done()
    {
        using var workers = new HashWorkers(1, 2);
        using var gate = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var first = Run(workers, () => Wait(begun, gate), CancellationToken.None);
        Assert.True(begun.Wait(Patience, TestContext.Current.CancellationToken));
        var second = Run(workers, () => 2, CancellationToken.None);
        var third = Run(workers, () => 3, CancellationToken.None);
        Assert.Equal(2, workers.Waiting);
        Assert.False(workers.TryRun(() => 4, CancellationToken.None, out _));

        gate.Set();
        int[] all = [1, 2, 3];
        Assert.Equal(all, await Task.WhenAll(first, second, third).WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(5, await Run(workers, () => 5, CancellationToken.None).WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Who_gives_up_is_let_go_at_once_and_not_worked_for_any_more()
    {
        using var workers = new HashWorkers(1, 2);
        using var gate = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        using var givenUp = new CancellationTokenSource();
        var running = Run(workers, () => Wait(begun, gate), givenUp.Token);
        Assert.True(begun.Wait(Patience, TestContext.Current.CancellationToken));
        var isRun = false;
        var queued = Run(workers, () => isRun = true, givenUp.Token);
        await givenUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Patience, TestContext.Current.CancellationToken));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued.WaitAsync(Patience, TestContext.Current.CancellationToken));
        gate.Set();
        Assert.Equal(3, await Run(workers, () => 3, CancellationToken.None).WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.False(isRun);
    }

    [Fact]
    public async Task Exception_is_the_askers_and_the_thread_goes_on()
    {
        using var workers = new HashWorkers(1, 2);
        var failing = Run<int>(workers, () => throw new PasswordLibraryException("missing"), CancellationToken.None);

        Assert.Equal("missing", (await Assert.ThrowsAsync<PasswordLibraryException>(() => failing)).Message);
        Assert.Equal(1, await Run(workers, () => 1, CancellationToken.None).WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    private static Task<T> Run<T>(HashWorkers workers, Func<T> compute, CancellationToken cancellationToken)
        where T : struct
    {
        Assert.True(workers.TryRun(compute, cancellationToken, out var result));
        return result;
    }

    private static int Wait(ManualResetEventSlim begun, ManualResetEventSlim gate)
    {
        begun.Set();
        gate.Wait(Patience);
        return 1;
    }
}
