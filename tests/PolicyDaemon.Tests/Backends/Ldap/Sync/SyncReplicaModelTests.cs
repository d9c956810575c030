using System.Globalization;
using PolicyDaemon.Backends.Ldap.Sync;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>Whatever happens in whatever order: nothing older is ever taken, and in the end the view is what the directory has.</summary>
public sealed class SyncReplicaModelTests
{
    private const int Steps = 300;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void View_never_goes_back_and_ends_as_the_directory(int seed)
    {
        var run = new Run(new Random(seed));
        for (var i = 0; i < Steps; i++)
        {
            run.Step();
            run.CheckThatNothingWentBack();
        }

        run.Settle();
        run.CheckThatNothingWentBack();
        run.CheckThatTheViewIsTheDirectory();
    }

    /// <summary>Three providers of different age, one consumer that follows one of them at a time.</summary>
    private sealed class Run
    {
        private readonly Random random;
        private readonly SimulatedHistory history;
        private readonly SimulatedServer[] providers;

        /// <summary>The newest change of each person that the view has shown; a delete once it has shown nobody any more.</summary>
        private readonly Dictionary<int, SimulatedChange> shown = [];

        private ReplicaBench bench = NewBench();
        private SimulatedServer? followed;

        public Run(Random random)
        {
            this.random = random;
            history = new SimulatedHistory(random);
            providers = [.. new[] { "one", "two", "three" }.Select(name => new SimulatedServer(name, history, random))];
            for (var i = 0; i < 10; i++) history.Change();
            providers[0].CatchUp();
        }

        public void Step()
        {
            switch (random.Next(12))
            {
                case < 4:
                    history.Change();
                    break;
                case < 8:
                    Advance(providers[random.Next(providers.Length)]);
                    break;
                case 8:
                    followed = null;
                    break;
                case 9:
                    Follow(providers[random.Next(providers.Length)], isCut: random.Next(3) == 0);
                    break;
                case 10:
                    Restart();
                    break;
                default:
                    FallBack(providers[random.Next(providers.Length)]);
                    break;
            }
        }

        public void Settle()
        {
            foreach (var provider in providers)
            {
                provider.CatchUp();
                Follow(provider, isCut: false);
            }
        }

        public void CheckThatNothingWentBack()
        {
            foreach (var change in history.Last.Values)
            {
                var entry = bench.Picture.View.Find(SyncWords.Id(change.Person));
                var before = shown.GetValueOrDefault(change.Person);
                if (entry is null)
                {
                    if (before is null or { IsDelete: true }) continue;
                    Assert.True(change.IsDelete, $"{change.Person} is gone, and nobody deleted it");
                    shown[change.Person] = change;
                    continue;
                }

                var now = history.Changes[int.Parse(entry.Account.States[0].Status![SimulatedChange.StatusPrefix.Length..], CultureInfo.InvariantCulture) - 1];
                Assert.Equal((change.Person, SimulatedServer.NumberOf(now)), (now.Person, entry.Changed));
                Assert.False(before is not null && now.Number < before.Number, $"{change.Person} went from {before} back to {now}");
                shown[change.Person] = now;
            }
        }

        public void CheckThatTheViewIsTheDirectory()
        {
            var expected = history.Last.Values.Where(change => !change.IsDelete).Select(change => (SyncWords.Id(change.Person), change.Status));
            Assert.Equal(expected.Order(), bench.Picture.View.Entries.Select(entry => (entry.Id, entry.Account.States[0].Status!)).Order());
            Assert.False(bench.Picture.Differs);
        }

        private static ReplicaBench NewBench() => new(new SyncOptions { MaxShrink = 1, FreeRemovals = int.MaxValue });

        private void Advance(SimulatedServer provider)
        {
            if (provider.Advance() is not { } message || provider != followed) return;
            if (bench.Say(message) == SyncStep.CaughtUp) Follow(provider, isCut: random.Next(3) == 0);
        }

        /// <summary>As the loop does: with the cookie, if there is one for it, unless the provider refuses it.</summary>
        private void Follow(SimulatedServer provider, bool isCut)
        {
            var cookie = bench.Replica.CookieFor(provider.Url);
            if (cookie is not null && !provider.Cookie.Reaches(cookie) && random.Next(2) == 0) cookie = null;
            bench.Replica.Begin(provider.Url, random.Next(2) == 0 ? provider.Cookie : null, cookie, accepted: false);
            var messages = provider.Refresh(cookie);
            bench.Say([.. isCut ? messages.Take(random.Next(messages.Count)) : messages]);
            followed = isCut ? null : provider;
        }

        private void Restart()
        {
            var saved = bench.Picture;
            bench = NewBench();
            if (saved.IsKnown) bench.Replica.Load(saved.View, saved.Cookie, saved.Provider, saved.Differs);
            followed = null;
        }

        private void FallBack(SimulatedServer provider)
        {
            provider.FallBack(random.Next(6));
            if (provider == followed) followed = null;
        }
    }
}
