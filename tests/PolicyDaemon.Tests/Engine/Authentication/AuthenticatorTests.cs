using System.Text;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Authentication;

public sealed class AuthenticatorTests
{
    private readonly ManualClock clock = new();
    private readonly RecordingObserver observer = new();
    private readonly TestDirectory directory = new();
    private readonly TestPassdb passdb = new();

    /// <summary>What the directory knows of alice, what the source of passwords says, and how it ends.</summary>
    public static TheoryData<string, string, string> Table
    {
        get
        {
            var table = new TheoryData<string, string, string>();
            string[] directories = ["active", "sending disabled", "disabled", "offboarded", "unknown status", "switched off", "not found", "unavailable"];
            foreach (var known in directories)
            {
                foreach (var passwords in new[] { "right", "wrong", "not found", "unavailable", "overloaded" }) table.Add(known, passwords, Expected(known, passwords));
            }

            return table;

            static string Expected(string known, string passwords) => (known, passwords) switch
            {
                ("unavailable", _) => "TryLater directory_unavailable",
                (_, "unavailable") => "TryLater passwords_unavailable",
                (_, "overloaded") => "TryLater passwords_overloaded",
                ("not found", _) => "Refused account_unknown",
                (_, "wrong") => "Refused password_wrong",
                (_, "not found") => "Refused password_missing",
                ("offboarded", _) => "Refused account_status",
                ("unknown status", _) => "Refused account_status_unknown",
                ("switched off", _) => "Refused account_disabled",
                _ => "Accepted ",
            };
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Directory_and_passwords_decide_together(string known, string passwords, string expected)
    {
        AddAlice(known);
        if (passwords is "right" or "wrong") passdb.Add("alice", passwords == "right" ? "s3cret" : "another");
        if (passwords == "unavailable") passdb.State = SourceState.Down;
        passdb.IsOverloaded = passwords == "overloaded";

        var answer = await AskAsync("alice", "s3cret");

        Assert.Equal(expected, $"{answer.Outcome} {answer.Reason}");
        Assert.Same(answer, Assert.Single(observer.Told));
        Assert.Empty(observer.Faults);
    }

    /// <summary>What somebody without the password is told must be one and the same, whoever it is about.</summary>
    [Theory]
    [MemberData(nameof(Table))]
    public async Task Only_the_right_password_of_an_account_learns_why(string known, string passwords, string expected)
    {
        AddAlice(known);
        passdb.Add("alice", passwords == "right" ? "s3cret" : "another");
        var answer = await AskAsync("alice", "s3cret");

        var mayLearn = passwords == "right" && expected.StartsWith("Refused account_", StringComparison.Ordinal) && known != "not found";
        Assert.Equal(mayLearn ? "This account may not log in" : null, answer.PublicText);
        Assert.Equal(mayLearn ? RefusalKind.AccountDisabled : RefusalKind.Credentials, answer.Kind);
    }

    /// <summary>Identity source; what LDAP and SQL have for her (right, wrong, nothing, away); how it ends.</summary>
    [Theory]
    [InlineData(null, "right", "right", "Accepted ")]
    [InlineData(null, "right", "wrong", "Accepted ")]
    [InlineData(null, "wrong", "right", "Accepted ")]
    [InlineData(null, "nothing", "right", "Accepted ")]
    [InlineData(null, "away", "right", "Accepted ")]
    [InlineData(null, "right", "away", "Accepted ")]
    [InlineData(null, "wrong", "nothing", "Refused password_wrong")]
    [InlineData(null, "nothing", "wrong", "Refused password_wrong")]
    [InlineData(null, "wrong", "wrong", "Refused password_wrong")]
    [InlineData(null, "nothing", "nothing", "Refused password_missing")]
    [InlineData(null, "away", "wrong", "TryLater passwords_unavailable")]
    [InlineData(null, "wrong", "away", "TryLater passwords_unavailable")]
    [InlineData(null, "nothing", "away", "TryLater passwords_unavailable")]
    [InlineData("ldap", "right", "wrong", "Accepted ")]
    [InlineData("ldap", "right", "away", "Accepted ")]
    [InlineData("ldap", "wrong", "right", "Refused password_wrong")]
    [InlineData("ldap", "wrong", "away", "Refused password_wrong")]
    [InlineData("ldap", "away", "right", "TryLater passwords_unavailable")]
    [InlineData("ldap", "nothing", "right", "Accepted ")]
    [InlineData("ldap", "nothing", "wrong", "Refused password_wrong")]
    [InlineData("ldap", "nothing", "away", "TryLater passwords_unavailable")]
    [InlineData("sql", "right", "wrong", "Refused password_wrong")]
    [InlineData("sql", "wrong", "right", "Accepted ")]
    [InlineData("sql", "away", "right", "Accepted ")]
    [InlineData("sql", "right", "away", "TryLater passwords_unavailable")]
    public async Task Source_that_owns_people_decides_alone_about_those_whose_password_it_has(string? identity, string ldap, string sql, string expected)
    {
        AddAlice("active");
        var answer = await AskAsync("alice", "s3cret", identity, Source("ldap", ldap), Source("sql", sql));

        Assert.Equal(expected, $"{answer.Outcome} {answer.Reason}");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("ldap")]
    [InlineData("sql")]
    public async Task Wrong_password_asks_the_same_sources_as_an_unknown_login(string? identity)
    {
        AddAlice("active");
        TestPassdb[] sources = [Source("ldap", "wrong"), Source("sql", "wrong")];
        await AskAsync("alice", "s3cret", identity, sources);
        await AskAsync("nobody", "s3cret", identity, sources);

        Assert.All(sources, source => Assert.Equal(["alice", "nobody"], source.Questions));
    }

    [Fact]
    public async Task Sources_are_asked_by_every_login_of_the_account_the_typed_one_first()
    {
        directory.Add(Mail.Account("alice") with { Logins = ["alice", "alice@truenorth.local"] });
        passdb.Add("alice@truenorth.local", "s3cret");

        Assert.True((await AskAsync("Alice@TrueNorth.Local", "s3cret")).IsAccepted);
        Assert.True((await AskAsync("alice", "s3cret")).IsAccepted);
        Assert.Equal(["alice@truenorth.local alice", "alice alice@truenorth.local"], passdb.Questions);
    }

    [Fact]
    public async Task Accepted_login_has_the_canonical_account_and_the_main_address_as_user()
    {
        AddAlice("active");
        directory.Add(Mail.Account("robot") with { Addresses = [] });
        passdb.Add("alice", "s3cret").Add("robot", "s3cret");

        var alice = await AskAsync("ALICE", "s3cret");
        Assert.Equal(("alice", "alice@truenorth.local"), (alice.Account!.Name, alice.User));
        Assert.Equal("robot", (await AskAsync("robot", "s3cret")).User);
    }

    /// <summary>Postfix asks about the rights of the login by the name that it was told.</summary>
    [Fact]
    public async Task Postfix_is_told_the_main_address_only_where_that_is_a_login_of_the_account()
    {
        directory.Add(Mail.Account("alice") with { Logins = ["alice", "alice@truenorth.local"] });
        directory.Add(Mail.Account("carol"));
        passdb.Add("alice", "s3cret").Add("carol", "s3cret");

        Assert.Equal("alice@truenorth.local", (await AskAsync("alice", "s3cret")).SaslUsername);
        var carol = await AskAsync("carol", "s3cret");
        Assert.Equal(("carol", "carol@truenorth.local"), (carol.SaslUsername, carol.User));
    }

    [Theory]
    [InlineData("", "login_malformed")]
    [InlineData("a\tb", "login_malformed")]
    [InlineData("a\0", "login_malformed")]
    [InlineData("\uFFFD", "login_malformed")]
    public async Task Login_that_cannot_be_one_is_refused_and_nobody_is_asked(string login, string reason)
    {
        var answer = await AskAsync(login, "s3cret");

        Assert.Equal((AuthenticationOutcome.Refused, reason), (answer.Outcome, answer.Reason!.Name));
        Assert.Empty(directory.Questions);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s3cret\0")]
    public async Task Password_that_cannot_be_one_is_refused_and_nobody_is_asked(string password)
    {
        AddAlice("active");
        var answer = await AskAsync("alice", password);

        Assert.Equal((AuthenticationOutcome.Refused, Reason.PasswordMalformed, null), (answer.Outcome, answer.Reason, answer.PublicText));
        Assert.Empty(passdb.Questions);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("alice", true)]
    [InlineData("Alice", true)]
    [InlineData("bob", false)]
    public async Task Nobody_acts_as_somebody_else(string actsAs, bool isAccepted)
    {
        AddAlice("active");
        passdb.Add("alice", "s3cret");
        using var password = new Password("s3cret"u8);
        var request = new AuthenticationRequest { Login = "alice", Password = password, AuthorizationIdentity = actsAs };
        var answer = await Authenticator(null, passdb).AuthenticateAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(isAccepted, answer.IsAccepted);
        Assert.Equal(isAccepted ? RefusalKind.Credentials : RefusalKind.Authorization, answer.Kind);
    }

    [Theory]
    [InlineData(SourceState.Hung, SourceState.Up)]
    [InlineData(SourceState.Deaf, SourceState.Up)]
    [InlineData(SourceState.Up, SourceState.Hung)]
    [InlineData(SourceState.Up, SourceState.Deaf)]
    public async Task Source_that_never_answers_is_waited_for_6_seconds(SourceState directoryState, SourceState passdbState)
    {
        AddAlice("active");
        (directory.State, passdb.State) = (directoryState, passdbState);
        var asking = AskAsync("alice", "s3cret");
        clock.Advance(TimeSpan.FromSeconds(5.9));
        Assert.False(asking.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal("TryLater deadline_exceeded", $"{(await asking).Outcome} {(await asking).Reason}");
    }

    [Theory]
    [InlineData(SourceState.Broken, SourceState.Up)]
    [InlineData(SourceState.GivesUp, SourceState.Up)]
    [InlineData(SourceState.Up, SourceState.Broken)]
    [InlineData(SourceState.Up, SourceState.GivesUp)]
    public async Task Source_that_throws_is_our_mistake_and_never_a_wrong_password(SourceState directoryState, SourceState passdbState)
    {
        AddAlice("active");
        (directory.State, passdb.State) = (directoryState, passdbState);
        var answer = await AskAsync("alice", "s3cret");

        Assert.Equal("TryLater internal_error", $"{answer.Outcome} {answer.Reason}");
        Assert.Single(observer.Faults);
    }

    [Fact]
    public async Task Caller_that_gives_up_gets_no_answer()
    {
        AddAlice("active");
        passdb.State = SourceState.Hung;
        using var giveUp = new CancellationTokenSource();
        using var password = new Password("s3cret"u8);
        var asking = Authenticator(null, passdb).AuthenticateAsync(new AuthenticationRequest { Login = "alice", Password = password }, giveUp.Token).AsTask();
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Empty(observer.Told);
    }

    [Fact]
    public async Task Age_of_what_is_known_of_the_account_is_told()
    {
        AddAlice("active");
        directory.Age = TimeSpan.FromMinutes(3);
        passdb.Add("alice", "s3cret");

        Assert.Equal(TimeSpan.FromMinutes(3), (await AskAsync("alice", "s3cret")).Age);
    }

    private static TestPassdb Source(string name, string has) => has switch
    {
        "nothing" => new TestPassdb(name),
        "away" => new TestPassdb(name) { State = SourceState.Down },
        _ => new TestPassdb(name).Add("alice", has == "right" ? "s3cret" : "another"),
    };

    private void AddAlice(string known)
    {
        if (known == "unavailable") directory.State = SourceState.Down;
        if (known is "not found") return;
        var status = known switch { "disabled" or "offboarded" => known, "unknown status" => "retired", _ => null };
        directory.Add(Mail.Account(
            "alice", send: known == "sending disabled" ? SendAllowed.False : SendAllowed.Absent, status: status, isEnabled: known != "switched off"));
    }

    private Task<AuthenticationAnswer> AskAsync(string login, string password, string? identity = null, params TestPassdb[] passdbs)
    {
        var sent = new Password(Encoding.UTF8.GetBytes(password));
        var request = new AuthenticationRequest { Login = login, Password = sent };
        return Authenticator(identity, passdbs is [] ? [passdb] : passdbs).AuthenticateAsync(request, TestContext.Current.CancellationToken).AsTask();
    }

    private Authenticator Authenticator(string? identity, params TestPassdb[] passdbs) =>
        new(new AccountRules { Statuses = Mail.Statuses, Identity = identity }, directory, passdbs, observer, clock);
}
