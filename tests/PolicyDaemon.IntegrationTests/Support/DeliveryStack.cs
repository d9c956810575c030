using System.Text.Json.Nodes;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>One <see cref="DeliveringMailSystem"/> for all tests of a class, which use it one after the other.</summary>
/// <param name="debian">As <see cref="DeliveringMailSystem.StartAsync"/> takes it.</param>
public abstract class DeliveryStack(int debian) : IAsyncLifetime
{
    public MailStackRoot Root { get; private set; } = null!;

    public DeliveringMailSystem Mail { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Root = await MailStackRoot.CreateAsync();
        Mail = await DeliveringMailSystem.StartAsync(Root, debian, configuration =>
            configuration["checks"] = new JsonObject { ["recipientExistence"] = new JsonObject { ["mode"] = "enforce" } });
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Root.DisposeAsync();
    }

    /// <summary>What belongs below the message of a failed test.</summary>
    public void ReportFailure()
    {
        if (TestContext.Current.TestState?.Result != TestResult.Failed) return;
        Root.Keep();
        TestContext.Current.TestOutputHelper?.WriteLine(Root.Report());
    }
}

public sealed class Debian12Delivery() : DeliveryStack(12);

public sealed class Debian13Delivery() : DeliveryStack(13);
