using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Tests;

/// <summary>Passwords in a dictionary, with a switch for how it behaves.</summary>
internal sealed class TestPassdb(string name = "ldap") : IPassdb
{
    private readonly Dictionary<string, string> passwords = new(StringComparer.Ordinal);

    public string Name => name;

    public SourceState State { get; set; }

    public bool IsOverloaded { get; set; }

    /// <summary>No question is answered before this is done.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>The logins of every question, in order, joined by a space.</summary>
    public List<string> Questions { get; } = [];

    public TestPassdb Add(string login, string password)
    {
        passwords[login] = password;
        return this;
    }

    public async ValueTask<PasswordAnswer> VerifyAsync(PasswordQuestion question, CancellationToken cancellationToken)
    {
        lock (Questions) Questions.Add(string.Join(' ', question.Logins));
        await Gate;
        if (State == SourceState.Down) return PasswordAnswer.Unavailable("down");
        await State.PassAsync(cancellationToken);
        if (IsOverloaded) return PasswordAnswer.Overloaded("full");
        foreach (var login in question.Logins)
        {
            if (!passwords.TryGetValue(login, out var password)) continue;
            return question.Password.Octets.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(password)) ? PasswordAnswer.Right : PasswordAnswer.Wrong;
        }

        return PasswordAnswer.NotFound;
    }
}
