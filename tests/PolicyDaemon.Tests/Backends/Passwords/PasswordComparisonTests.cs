using System.Diagnostics;
using System.Text;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Engine.Authentication;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Passwords;

public sealed class PasswordComparisonTests : IDisposable
{
    private const string Sha = "{SHA}m8NFSdVl2VBbKH3gzSCsd74dPyw=";
    private const string Ssha = "{SSHA}mY7zuYc4trYAyZ+XnSY5sN93XC0YMoM8";

    private readonly HashWorkers workers = new(1, 4);

    /// <summary>What stands in the column, and what <c>test1234</c> and <c>wrong</c> are then.</summary>
    public static TheoryData<string?, string, string> Columns => new()
    {
        { null, "NotFound", "NotFound" },
        { "", "NotFound", "NotFound" },
        { "!", "NotFound", "NotFound" },
        { "*", "NotFound", "NotFound" },
        { "!$6$qy7/6AEYsYBtdx9f$i8x3J7uiHNvv6bKRtVpHx9YjmkWtrDgcG/PtYlhNC9KjGzCzdjc3m5ryMJ4ZPQBDTfNWGfAQew4enRs6JD7O61", "NotFound", "NotFound" },
        { "{CRYPT}!$1$210Kb7Zx$0LMZ76AwZjXXYaMQarFss.", "NotFound", "NotFound" },
        { "{crypt}*", "NotFound", "NotFound" },
        { Sha, "Right", "Wrong" },
        { "$1$210Kb7Zx$0LMZ76AwZjXXYaMQarFss.", "Right", "Wrong" },
        { "$2a$04$abcdefghijklmnopqrstuuLh.u0i9s7CZ1oWJo/0Np1o3jpePMew2", "Right", "Wrong" },
        { "{PLAIN}", "Wrong", "Wrong" },
        { "{PLAIN}*", "Wrong", "Wrong" },
        { "test1234", "Unavailable", "Unavailable" },
        { "{CRAM-MD5}8cefdb4a4c942dabfbe831fe091f7e7c0148b0aad82544f334e3383346aa9562", "Unavailable", "Unavailable" },
        { "{SSHA}xx", "Unavailable", "Unavailable" },
    };

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task Column_says_whether_a_password_is_right(string? text, string right, string wrong)
    {
        Assert.Equal(right, await CompareAsync(KnownPasswords.OfColumn(text), "test1234"));
        Assert.Equal(wrong, await CompareAsync(KnownPasswords.OfColumn(text), "wrong"));
    }

    /// <summary>The values of <c>userPassword</c>, in any order, and what <c>test1234</c> and <c>wrong</c> are then.</summary>
    public static TheoryData<string[], string, string> Attributes => new()
    {
        { [], "NotFound", "NotFound" },
        { [""], "NotFound", "NotFound" },
        { ["test1234"], "Right", "Wrong" },
        { [Sha, "another"], "Right", "Wrong" },
        { ["{PLAIN}another", Ssha], "Right", "Wrong" },
        { ["another", "{CRYPT}!", "{SSHA}fIgqTVXEoK7RZbIcWDcI+/poNbvEwI0y"], "Wrong", "Wrong" },
        { ["caf\uFFFD"], "Unavailable", "Unavailable" },
        { ["{SASL}alice@EXAMPLE.ORG"], "Unavailable", "Unavailable" },
        { ["{SASL}alice@EXAMPLE.ORG", Sha], "Right", "Unavailable" },
        { ["1", "2", "3", "4", "5", "6", "7", "test1234"], "Right", "Wrong" },
        { ["1", "2", "3", "4", "5", "6", "7", "8", "test1234"], "Unavailable", "Unavailable" },
    };

    [Theory]
    [MemberData(nameof(Attributes))]
    public async Task Any_value_of_the_attribute_is_right(string[] values, string right, string wrong)
    {
        foreach (var ordered in new[] { values, values.Length > KnownPasswords.MaxValues ? values : [.. values.Reverse()] })
        {
            Assert.Equal(right, await CompareAsync(KnownPasswords.OfAttribute(ordered), "test1234"));
            Assert.Equal(wrong, await CompareAsync(KnownPasswords.OfAttribute(ordered), "wrong"));
        }
    }

    [Fact]
    public async Task Cause_shows_nothing_of_what_is_stored()
    {
        using var password = new Password("test1234"u8);
        var answer = await new PasswordComparison(workers, TimeProvider.System).CompareAsync(KnownPasswords.OfColumn("secret word"), password, CancellationToken.None);
        Assert.Equal("no scheme, {SCHEME}, stands in front of the password", answer.Cause);
    }

    [Fact]
    public async Task Too_many_at_once_is_overload_and_no_wrong_password()
    {
        using var gate = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        List<Task<bool>> held = [];
        Assert.True(workers.TryRun(() => Hold(begun, gate), CancellationToken.None, out var running));
        begun.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        while (workers.TryRun(() => Hold(begun, gate), CancellationToken.None, out var waiting)) held.Add(waiting);

        Assert.Equal("Overloaded", await CompareAsync(KnownPasswords.OfColumn(Sha), "test1234"));
        Assert.Equal("Overloaded", await CompareAsync(KnownPasswords.None, "test1234"));
        gate.Set();
        Assert.All(await Task.WhenAll([running, .. held]), Assert.True);

        static bool Hold(ManualResetEventSlim begun, ManualResetEventSlim gate)
        {
            begun.Set();
            return gate.Wait(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>Wide bounds: without the work for nothing the second would take less than a hundredth.</summary>
    [Theory]
    [InlineData(PasswordScheme.Sha512Crypt)]
    [InlineData(PasswordScheme.Argon2Id)]
    public async Task Unknown_login_costs_as_much_as_a_wrong_password(PasswordScheme scheme)
    {
        var comparison = new PasswordComparison(workers, TimeProvider.System);
        var known = KnownPasswords.OfColumn(PasswordHash.Create(scheme, "test1234"u8).Text);
        using var password = new Password("wrong"u8);
        await comparison.CompareAsync(known, password, CancellationToken.None);
        List<double> wrong = [], unknown = [];
        for (var i = 0; i < 9; i++)
        {
            wrong.Add(await MeasureAsync(() => comparison.CompareAsync(known, password, CancellationToken.None)));
            unknown.Add(await MeasureAsync(() => comparison.CompareAsync(KnownPasswords.None, password, CancellationToken.None)));
        }

        var ratio = Median(unknown) / Median(wrong);
        TestContext.Current.SendDiagnosticMessage($"{scheme}: wrong {Median(wrong):0.0} ms, unknown {Median(unknown):0.0} ms, ratio {ratio:0.00}");
        Assert.InRange(ratio, 0.33, 3);
    }

    [Fact]
    public async Task First_unknown_login_costs_a_hash_too()
    {
        using var password = new Password("wrong"u8);
        var elapsed = await MeasureAsync(() => new PasswordComparison(workers, TimeProvider.System).CompareAsync(KnownPasswords.None, password, CancellationToken.None));
        Assert.True(elapsed > 3, $"{elapsed} ms");
    }

    public void Dispose() => workers.Dispose();

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<double> MeasureAsync(Func<ValueTask<PasswordAnswer>> compare)
    {
        var started = Stopwatch.GetTimestamp();
        await compare();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private async Task<string> CompareAsync(KnownPasswords known, string text)
    {
        using var password = new Password(Encoding.UTF8.GetBytes(text));
        return (await new PasswordComparison(workers, TimeProvider.System).CompareAsync(known, password, TestContext.Current.CancellationToken)).Verdict.ToString();
    }
}
