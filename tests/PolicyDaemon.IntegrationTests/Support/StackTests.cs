using PolicyDaemon.MailStack;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>
/// A test class with a mail system of its own for each test: <see cref="Root"/> is there before, and gone after. When a
/// test fails, its output ends with the tails of all logs and the directory stays.
/// </summary>
public abstract class StackTests : IAsyncLifetime
{
    protected MailStackRoot Root { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Root = await MailStackRoot.CreateAsync();
        try
        {
            await PrepareAsync();
        }
        catch
        {
            await EndAsync(hasFailed: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await EndAsync(TestContext.Current.TestState?.Result == TestResult.Failed);
    }

    /// <summary>Starts what all tests of the class need.</summary>
    protected virtual ValueTask PrepareAsync() => default;

    /// <summary>Ends what the test itself has begun, while the servers are still there.</summary>
    protected virtual ValueTask ReleaseAsync() => default;

    private async ValueTask EndAsync(bool hasFailed)
    {
        if (hasFailed)
        {
            Root.Keep();
            TestContext.Current.TestOutputHelper?.WriteLine(Root.Report());
        }

        try
        {
            await ReleaseAsync();
        }
        finally
        {
            await Root.DisposeAsync();
        }
    }
}
