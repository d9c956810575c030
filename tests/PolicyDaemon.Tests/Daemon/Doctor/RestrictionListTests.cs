using PolicyDaemon.Doctor.Policy;
using PolicyDaemon.Doctor.Postfix;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Doctor;

public sealed class RestrictionListTests
{
    private const string MainCf = """
        smtpd_restriction_classes = ask, both
        ask = check_policy_service unix:x
        both = permit_mynetworks, ask
        service = check_policy_service { unix:x, timeout=5s }
        two = reject_unknown_sender_domain, permit_mynetworks
        """;

    [Theory]
    [InlineData("reject_rbl_client bl.example,check_policy_service\tunix:x", "reject_rbl_client bl.example|check_policy_service unix:x")]
    [InlineData("PERMIT_MyNetworks", "permit_mynetworks")]
    [InlineData("check_client_access { cidr:/x, y } hash:/z", "check_client_access { cidr:/x, y }|hash:/z")]
    [InlineData("sleep 1 reject_rhsbl_sender bl.example permit_dnswl_client dnswl.example", "sleep 1|reject_rhsbl_sender bl.example|permit_dnswl_client dnswl.example")]
    [InlineData("$service reject", "check_policy_service { unix:x, timeout=5s }|reject")]
    [InlineData("both", "permit_mynetworks|check_policy_service unix:x")]
    public void Words_become_restrictions(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', Parse(text).Restrictions.Select(restriction => restriction.Text)));

    [Theory]
    [InlineData("a, permit_mynetworks, $service, b", "a, $service, permit_mynetworks, b")]
    [InlineData("$two $service", "$service, $two")]
    [InlineData("both b", "check_policy_service unix:x, both, b")]
    [InlineData("permit_mynetworks warn_if_reject check_policy_service unix:x", "warn_if_reject check_policy_service unix:x, permit_mynetworks")]
    public void A_check_is_moved_before_a_permit_and_the_rest_stays_as_written(string text, string expected)
    {
        RestrictionList list = Parse(text);

        Assert.Equal(expected, list.Move(
            list.Restrictions.First(restriction => restriction.AsksPolicyService),
            list.Restrictions.First(restriction => restriction.Name == "permit_mynetworks")));
    }

    [Theory]
    [InlineData("warn_if_reject a b", "a")]
    [InlineData("warn_if_reject ask a", "check_policy_service")]
    [InlineData("warn_if_reject both", "permit_mynetworks check_policy_service")]
    [InlineData("a b", "")]
    public void Warnings_reach_one_restriction_or_a_whole_class(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', Parse(text).Restrictions.Where(restriction => restriction.OnlyWarns).Select(restriction => restriction.Name)));

    private static RestrictionList Parse(string text) => new(
        "smtpd_recipient_restrictions",
        new ServiceParameters(
            PostfixConfiguration.Parse($"{MainCf}\nsmtpd_recipient_restrictions = {text}", "", ""),
            MasterService.Parse("smtp inet n - y - - smtpd")));
}
