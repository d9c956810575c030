using System.Diagnostics;
using System.Globalization;
using System.Text;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Bench;

/// <summary>
/// Measures the view of a directory: its memory, how long it takes to make, to ask, to change, to save and to load it.
/// </summary>
/// <remarks>
/// An account here has one login, a DN of 49 characters, <c>mail</c> with the login in it, one more address, a send flag and a status. Its
/// own text is login, DN and addresses at two octets a character, as .NET keeps text. Milliseconds are CPU time of the whole process; of
/// questions and changes the best of many short rounds counts, so that nothing else on the machine is measured.
/// </remarks>
internal sealed class ViewBench(string folder)
{
    private const int Rounds = 60;
    private const int QuestionsPerRound = 2000;
    private const int ChangesPerRound = 300;

    private static readonly CompositeFormat Line =
        CompositeFormat.Parse("{0,9:N0} {1,8:N0} {2,9:N0} {3,9:N0} {4,8:N0} {5,8:N0} {6,8:N0} {7,8:N0} {8,9:N1} {9,9:N0} {10,8:N0} {11,8:N0} {12,8:N0}");

    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);
    private static readonly AddressNormalizer Normalizer = new("+");

    private static readonly LdapOptions Options = new()
    {
        Urls = [],
        BaseDn = "dc=truenorth,dc=example",
        Attributes = new LdapAttributes { Addresses = ["mail", "mailAlternateAddress"], SendAllowed = "tnMailSendAllowed", AccountStatus = "tnAccountStatus" },
    };

    private readonly LdapAccountReader reader = new("ldap", Options, Normalizer);
    private readonly ViewAnswers answers = new("ldap", Options);
    private readonly Random random = new(4533);

    public void Print(IEnumerable<int> sizes, TextWriter output)
    {
        output.WriteLine($"the view of a directory, one thread; ms are CPU time, ns and us the best of {Rounds} rounds");
        output.WriteLine(string.Format(
            CultureInfo.InvariantCulture,
            Line,
            "accounts", "B/acct", "own text", "beyond it", "make ms", "find ns", "login ns", "addr. ns", "change us", "change B", "save ms", "file MB", "load ms"));
        foreach (var size in sizes) output.WriteLine(Measure(size));
    }

    private string Measure(int size)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var view = Make(size);
        var making = Environment.CpuUsage.TotalTime - cpu;
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)size;
        var text = 2.0 * Enumerable.Range(0, 1000).Sum(i => LengthOf(i * (size / 1000))) / 1000;

        var (find, login, address) = (MeasureFinds(view, size), MeasureLogins(view, size), MeasureAddresses(view, size));
        var (change, allocated) = MeasureChanges(view, size);
        var (saving, octets, loading) = MeasureFile(view);
        GC.KeepAlive(view);
        return string.Format(
            CultureInfo.InvariantCulture,
            Line,
            size, bytes, text, bytes - text, making.TotalMilliseconds, find, login, address, change, allocated, saving.TotalMilliseconds, octets / 1e6, loading.TotalMilliseconds);
    }

    private AccountView Make(int size)
    {
        var view = AccountView.Empty.ToBuilder();
        for (var i = 0; i < size; i++) view.Put(Read(i, "TRUE"));
        return view.ToView();
    }

    /// <returns>Nanoseconds until the entry is there.</returns>
    private double MeasureFinds(AccountView view, int size)
    {
        var asked = Enumerable.Range(0, QuestionsPerRound).Select(_ => LoginOf(random.Next(size)));
        return BestNanoseconds(asked, login => view.WithLogin(login).Count == 1);
    }

    /// <returns>Nanoseconds until the answer is made, as a front gets it.</returns>
    private double MeasureLogins(AccountView view, int size)
    {
        var asked = Enumerable.Range(0, QuestionsPerRound).Select(_ => LoginOf(random.Next(size)));
        return BestNanoseconds(asked, login => answers.FindAccount(view, login, Age).IsFound);
    }

    private double MeasureAddresses(AccountView view, int size)
    {
        var asked = Enumerable.Range(0, QuestionsPerRound).Select(_ => EmailAddress.FromNormalized(OtherAddressOf(random.Next(size))));
        return BestNanoseconds(asked, address => answers.FindAddress(view, address, Age).IsFound);
    }

    /// <returns>Microseconds and octets that one change takes, as when a modify arrives.</returns>
    private (double Microseconds, double Bytes) MeasureChanges(AccountView view, int size)
    {
        var allocated = 0L;
        var best = BestNanoseconds(Enumerable.Range(0, ChangesPerRound).Select(_ => Read(random.Next(size), "FALSE")), entry =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            view = view.Put(entry);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            return true;
        });
        return (best / 1000, allocated / (double)(Rounds * ChangesPerRound));
    }

    private (TimeSpan Saving, long Octets, TimeSpan Loading) MeasureFile(AccountView view)
    {
        SavedView saved = new(Path.Combine(folder, "view"), "ldap", Options, Normalizer, TimeProvider.System);
        var cpu = Environment.CpuUsage.TotalTime;
        var cause = saved.Write(new SavedContent(view, null, null, Differs: false, TimeProvider.System.GetUtcNow()));
        var saving = Environment.CpuUsage.TotalTime - cpu;
        var answer = saved.Read();
        var loading = Environment.CpuUsage.TotalTime - cpu - saving;
        if (cause is not null || answer.Content?.View.Count != view.Count) throw new InvalidOperationException(cause ?? answer.Cause);
        return (saving, new FileInfo(saved.Path).Length, loading);
    }

    /// <param name="each">Other ones in each round.</param>
    private static double BestNanoseconds<T>(IEnumerable<T> each, Func<T, bool> succeeds)
    {
        var best = TimeSpan.MaxValue;
        var count = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var now = each.ToArray();
            count = now.Length;
            var watch = Stopwatch.StartNew();
            foreach (var one in now)
            {
                if (!succeeds(one)) throw new InvalidOperationException("not found");
            }

            if (watch.Elapsed < best) best = watch.Elapsed;
        }

        return best.TotalNanoseconds / count;
    }

    private ViewEntry Read(int number, string sendAllowed) => reader.ReadViewEntry(
        new LdapEntry(
            DnOf(number),
            [
                new("uid", [LoginOf(number)]),
                new("mail", [AddressOf(number)]),
                new("mailAlternateAddress", [OtherAddressOf(number)]),
                new("tnMailSendAllowed", [sendAllowed]),
                new("tnAccountStatus", ["active"]),
            ]),
        new Guid(number, 0, 0, [0x80, 0, 0, 0, 0, 0, 0, 1]),
        ChangeNumber.TryParse("20261121101500.123456Z#000000#001#000000", out var changed) ? changed : null)!;

    private static int LengthOf(int number) => LoginOf(number).Length + DnOf(number).Length + AddressOf(number).Length + OtherAddressOf(number).Length;

    private static string LoginOf(int number) => $"user{number:D7}";

    private static string DnOf(int number) => $"uid={LoginOf(number)},ou=people,dc=truenorth,dc=example";

    private static string AddressOf(int number) => $"{LoginOf(number)}@truenorth.example";

    private static string OtherAddressOf(int number) => $"first.last{number:D7}@truenorth.example";
}
