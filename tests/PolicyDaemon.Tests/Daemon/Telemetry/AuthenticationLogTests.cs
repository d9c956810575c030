using System.Diagnostics.Metrics;
using System.Net;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Telemetry;
using Serilog.Events;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Telemetry;

public sealed class AuthenticationLogTests
{
    private static readonly AuthenticationRequest Request = new()
    {
        Login = "alice@truenorth.local",
        Password = new Password("s3cret-password"u8),
        Service = "imap",
        ClientAddress = IPAddress.Parse("192.0.2.7"),
        IsSecured = true,
        Session = "k0UUa7lgcqF",
    };

    [Fact]
    public void Refused_login_is_one_information_line_with_the_fields_in_order()
    {
        string line = Assert.Single(Write(AuthenticationAnswer.Refused(Reason.PasswordWrong, Mail.Account("alice")) with { Age = TimeSpan.FromMilliseconds(12) }));

        Assert.EndsWith(
            " information login_refused reason=password_wrong service=imap client_address=192.0.2.7 account=alice secured=yes age_ms=12 elapsed_ms=1.5" +
            " detail=\"\" session=k0UUa7lgcqF login=alice@truenorth.local",
            line,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Accepted_login_is_information_and_one_that_could_not_be_decided_a_warning()
    {
        Assert.Contains(" information login_accepted reason=\"\" ", Assert.Single(Write(AuthenticationAnswer.Accepted(Mail.Account("alice")))), StringComparison.Ordinal);
        string deferred = Assert.Single(Write(AuthenticationAnswer.TryLater(Reason.PasswordsUnavailable, "ldap: no answer")));
        Assert.Contains(" warning login_deferred reason=passwords_unavailable ", deferred, StringComparison.Ordinal);
        Assert.Contains(" detail=\"ldap: no answer\" ", deferred, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_client_typed_cannot_forge_a_line_and_the_password_is_in_none()
    {
        AuthenticationRequest hostile = Request with { Login = "a\nlogin_accepted login=b", Session = "x\" login=c" };
        string line = Assert.Single(Write(AuthenticationAnswer.Refused(Reason.LoginMalformed), hostile));

        Assert.EndsWith("session=\"x\\\" login=c\" login=\"a\\nlogin_accepted login=b\"", line, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Own_mistake_is_an_error_with_its_exception()
    {
        using LogLines lines = new();
        using DaemonMetrics metrics = new();
        new AuthenticationLog(lines.Log, metrics).OnFault(Request, new InvalidOperationException("ours"));

        Assert.Contains(" error login_fault service=imap login=alice@truenorth.local ", Assert.Single(lines.Written), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("imap", "imap")]
    [InlineData("smtp", "smtp")]
    [InlineData("made up by a peer", "other")]
    [InlineData("", "other")]
    public void Attempts_are_counted_by_outcome_reason_and_a_service_of_a_closed_set(string service, string label)
    {
        using DaemonMetrics metrics = new();
        using LogLines lines = new();
        List<string> counted = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == "policydaemon.logins") own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, labels, _) => counted.Add($"{value} {string.Join(' ', labels.ToArray().Select(pair => pair.Value))}"));
        listener.Start();

        new AuthenticationLog(lines.Log, metrics).OnAuthentication(
            Request with { Service = service, Session = "only here" }, AuthenticationAnswer.Refused(Reason.PasswordWrong), TimeSpan.Zero);

        Assert.Contains($"1 refused password_wrong {label}", counted);
    }

    [Theory]
    [InlineData(false, 2.5)]
    [InlineData(true, 0)]
    public void Wait_for_a_wrong_password_is_counted_where_it_is_ours(bool isDelayedElsewhere, double expected)
    {
        using DaemonMetrics metrics = new();
        using LogLines lines = new();
        double waited = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == "policydaemon.guard.delay") own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => waited += value == 2.5 ? value : 0); // other tests measure too
        listener.Start();

        new AuthenticationLog(lines.Log, metrics).OnAuthentication(
            Request with { IsDelayedElsewhere = isDelayedElsewhere }, AuthenticationAnswer.Refused(Reason.PasswordWrong) with { Delay = TimeSpan.FromSeconds(2.5) }, TimeSpan.Zero);

        Assert.Equal(expected, waited);
    }

    private static List<string> Write(AuthenticationAnswer answer, AuthenticationRequest? request = null)
    {
        using LogLines lines = new(LogEventLevel.Information);
        using DaemonMetrics metrics = new();
        new AuthenticationLog(lines.Log, metrics).OnAuthentication(request ?? Request, answer, TimeSpan.FromMilliseconds(1.5));
        return lines.Written;
    }
}
