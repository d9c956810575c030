using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Wire.Lmtp;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>The <c>lmtp</c> section: where delivered mail goes, and how.</summary>
internal static class LmtpSection
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    public static LmtpOptions? Read(Section top, string node, ListenOptions listen, DirectoryOptions directory)
    {
        var options = top.OptionalChild("lmtp", section => ReadSection(section, node, listen, directory));
        if (options is null && listen.Lmtp.Count > 0) top.Complain("lmtp", "is missing: listen.lmtp needs to know where mail is delivered");
        if (options is not null && listen.Lmtp.Count == 0) top.Warn("lmtp", "is used by nobody: listen.lmtp is empty");
        return options;
    }

    private static LmtpOptions ReadSection(Section lmtp, string node, ListenOptions listen, DirectoryOptions directory)
    {
        var backends = lmtp.RequiredList("backends", MailKinds.Endpoint);
        var isShared = lmtp.Value("sharedStore", ValueKinds.Flag, false);
        if (backends.Count > 1 && !isShared)
        {
            lmtp.Complain("backends", "are several: a message would be delivered to one or the other; with sharedStore true all of them have the same mailboxes");
        }

        foreach (var (index, _) in backends.Index().Where(backend => listen.Lmtp.Contains(backend.Item)))
        {
            lmtp.Complain(Section.Element("backends", index), "is in listen.lmtp, a socket of our own: expected that of the mail store");
        }

        var keep = lmtp.Value("keep", ValueKinds.Duration(TimeSpan.FromHours(1), TimeSpan.FromDays(3650)), TimeSpan.FromDays(30));
        return new LmtpOptions(backends, keep, new LmtpRules
        {
            Node = node,
            Normalizer = new AddressNormalizer(directory.RecipientDelimiter, directory.Origin),
            BareNewline = lmtp.Value("bareNewline", ValueKinds.Choice<BareNewline>(), BareNewline.Reject),
            Nul = lmtp.Value("nul", ValueKinds.Choice<NulOctet>(), NulOctet.Accept),
            SendsXclient = lmtp.Value("xclient", ValueKinds.Flag, false),
            RecipientConcurrency = (int)lmtp.Value("recipientConcurrency", ValueKinds.Number("transactions", 1, 1000), 8),
            ConnectTimeout = lmtp.Value("connectTimeout", ValueKinds.Duration(OneSecond, TimeSpan.FromMinutes(1)), TimeSpan.FromSeconds(10)),

            // Below lmtp_data_init_timeout and lmtp_data_done_timeout, so that Postfix hears from us before it gives up.
            CommandTimeout = lmtp.Value("commandTimeout", ValueKinds.Duration(OneSecond, TimeSpan.FromSeconds(110)), TimeSpan.FromSeconds(100)),
            FinalTimeout = lmtp.Value("finalTimeout", ValueKinds.Duration(OneSecond, TimeSpan.FromSeconds(590)), TimeSpan.FromSeconds(540)),
        });
    }
}
