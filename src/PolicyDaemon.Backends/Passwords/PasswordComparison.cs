using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Backends.Passwords;

/// <summary>Compares passwords with those that one source has stored. Where there is none it works as long as where there is one.</summary>
internal sealed class PasswordComparison(HashWorkers workers, TimeProvider time)
{
    private readonly RememberedCredentials remembered = new(time);

    /// <summary>
    /// What an unknown login is compared with: the hash that was compared last, which costs as much as the hashes of this source do. What it
    /// says of the password is thrown away.
    /// </summary>
    private volatile PasswordHash? usual;

    public async ValueTask<PasswordAnswer> CompareAsync(KnownPasswords known, Password password, CancellationToken cancellationToken)
    {
        if (known.Hashes.Count == 0 && known.Fault is not null) return PasswordAnswer.Unavailable(known.Fault);
        foreach (var hash in known.Hashes)
        {
            if (remembered.Contains(hash, password)) return PasswordAnswer.Right;
        }

        try
        {
            if (!workers.TryRun(() => IsRight(known, password), cancellationToken, out var comparing))
                return PasswordAnswer.Overloaded($"{workers.Waiting} passwords wait to be checked");
            if (await comparing) return PasswordAnswer.Right;
        }
        catch (PasswordLibraryException exception)
        {
            return PasswordAnswer.Unavailable(exception.Message);
        }

        if (known.Fault is not null) return PasswordAnswer.Unavailable(known.Fault);
        return known.Hashes.Count == 0 ? PasswordAnswer.NotFound : PasswordAnswer.Wrong;
    }

    private bool IsRight(KnownPasswords known, Password password)
    {
        if (known.Hashes is [])
        {
            usual ??= PasswordHash.Create(PasswordSchemes.Default, "nobody's"u8);
            usual.Verify(password.Octets);
            return false;
        }

        usual = known.Hashes[0];
        foreach (var hash in known.Hashes)
        {
            if (!hash.Verify(password.Octets)) continue;
            remembered.Add(hash, password);
            return true;
        }

        return false;
    }
}
