using System.Runtime.CompilerServices;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Tests.Wire.DovecotAuth;

/// <summary>bob with everything, carol with what must be there; of <c>unavailable</c> nothing is known.</summary>
internal sealed class TestUserdb : IUserdb
{
    /// <summary>Users that the list has after bob and carol.</summary>
    public int More { get; init; }

    /// <summary>The list breaks off after carol.</summary>
    public bool IsCut { get; init; }

    public ValueTask<Lookup<Mailbox>> FindAsync(string login, CancellationToken cancellationToken) => ValueTask.FromResult(login.Split('@')[0] switch
    {
        "bob" => Lookup<Mailbox>.Found(
            Of("bob") with { Home = "/var/vmail/truenorth.local/bob", Mail = "maildir:~/Maildir", QuotaOctets = 10 << 20 }, Provenance.None),
        "carol" => Lookup<Mailbox>.Found(Of("carol"), Provenance.None),
        "unavailable" => Lookup<Mailbox>.Unavailable("down", Provenance.None),
        "broken" => throw new InvalidOperationException("ours"),
        _ => Lookup<Mailbox>.NotFound(Provenance.None),
    });

    public async IAsyncEnumerable<Lookup<string>> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Lookup<string>.Found("bob@truenorth.local", Provenance.None);
        yield return Lookup<string>.Found("carol@truenorth.local", Provenance.None);
        if (IsCut) yield return Lookup<string>.Unavailable("down", Provenance.None);
        for (var i = 0; i < More; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Lookup<string>.Found($"user{i}@truenorth.local", Provenance.None);
        }

        await Task.CompletedTask;
    }

    private static Mailbox Of(string name) => new()
    {
        User = $"{name}@truenorth.local",
        Address = new EmailAddress(name, "truenorth.local"),
        Uid = 5000,
        Gid = 5001,
        Home = $"/var/vmail/{name} home",
    };
}
