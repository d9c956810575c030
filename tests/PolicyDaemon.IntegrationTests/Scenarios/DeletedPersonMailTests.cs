using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>LDAP owns people, PostgreSQL has the mailboxes: who is deleted there and remains here may not send.</summary>
public sealed class DeletedPersonMailTests : ScenarioTests
{
    private PostgresDatabase mailboxes = null!;

    protected override async ValueTask PrepareAsync()
    {
        PostgresServer postgres = await PostgresServer.StartAsync(Root);
        mailboxes = await postgres.CreateMigratedAsync();
        await mailboxes.ExecuteAsync($"""
            INSERT INTO virtual_domains (name) VALUES ('{Domain}');
            INSERT INTO virtual_users (domain_id, email, password) SELECT 1, who || '@{Domain}', '' FROM unnest(ARRAY['alice', 'bob']) AS who;
            """);
        await base.PrepareAsync();
    }

    protected override void Configure(JsonObject configuration)
    {
        JsonNode directory = configuration["directory"]!;
        directory["identity"] = "ldap";
        directory["postgres"] = PostgresSetup.SectionOf(Root, mailboxes);
    }

    [Fact]
    public async Task Person_deleted_from_LDAP_is_refused_in_the_open_session_and_goes_on_receiving()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        await using SmtpDialog byAddress = await LogInAsync(AddressOf("alice"), "alice");
        AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("bob")));
        AssertReply("250", await byAddress.SubmitAsync(AddressOf("alice"), AddressOf("bob")));

        await Slapd.DeleteAsync(DnOf("alice"));
        await FollowedLdap.WaitUntilInForceAsync(Root, Slapd);

        AssertReply("554 5.7.1", await TryRcptAsync(byAddress, AddressOf("alice"), AddressOf("bob")));
        Assert.Equal(5, (await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob"))).Code / 100);
        await using SmtpDialog outsider = await ComeFromOutsideAsync();
        AssertReply("250", await outsider.SubmitAsync("someone@elsewhere.example", AddressOf("alice"), "still here"));
        await Dovecot.WaitForMessageAsync("alice", "Subject: still here");
        await using SmtpDialog bob = await LogInAsync("bob");
        AssertReply("250", await bob.SubmitAsync(AddressOf("bob"), AddressOf("alice")));
    }
}
