using System.Net;

namespace PolicyDaemon.Wire.Milter;

/// <summary>What the macros of a connection say so far. Each packet of macros speaks for the command behind it.</summary>
internal sealed class MilterMacros
{
    /// <summary>What we ask for, by stage: 0 connect, 2 MAIL, 3 RCPT, 5 end of message, 6 end of header (and each header).</summary>
    /// <remarks>An empty list would fall back to main.cf's.</remarks>
    public static readonly IReadOnlyList<(uint Stage, string Names)> Wanted =
    [
        (0, "{daemon_name} {client_addr}"),
        (2, "i {auth_authen}"),
        (3, "i"),
        (5, "i"),
        (6, "i"),
    ];

    /// <summary>Name of the Postfix service (<c>milter_macro_daemon_name</c>); empty: not said.</summary>
    public string DaemonName { get; private set; } = "";

    public IPAddress? ClientAddress { get; private set; }

    /// <summary>The SASL login of the present message; empty: none.</summary>
    public string Login { get; private set; } = "";

    /// <summary>Of the present message; empty until Postfix has opened the queue file.</summary>
    public string QueueId { get; private set; } = "";

    /// <summary>Takes <c>command (name NUL value NUL)*</c>. One with no macros at all is usual.</summary>
    /// <returns>False: not what the protocol says.</returns>
    public bool TryTake(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return false;
        var command = (MilterCommand)data[0];

        // What is not said any more is over: a login must not outlive the message that it was for.
        if (command == MilterCommand.Connect) (DaemonName, ClientAddress) = ("", null);
        if (command is MilterCommand.Connect or MilterCommand.Mail) (Login, QueueId) = ("", "");
        var strings = new MilterStrings(data[1..]);
        for (var count = 0; !strings.IsAtEnd; count++)
        {
            if (count == MilterLimits.MaxMacros || !strings.TryRead(out ReadOnlySpan<byte> name) || !strings.TryRead(out string value)) return false;
            Take(command, name, value);
        }

        return true;
    }

    /// <summary>The message is over.</summary>
    public void EndMessage() => (Login, QueueId) = ("", "");

    private void Take(MilterCommand command, ReadOnlySpan<byte> name, string value)
    {
        if (name.SequenceEqual("i"u8) || name.SequenceEqual("{i}"u8)) QueueId = value;
        else if (command == MilterCommand.Connect && name.SequenceEqual("{daemon_name}"u8)) DaemonName = value;
        else if (command == MilterCommand.Connect && name.SequenceEqual("{client_addr}"u8)) ClientAddress = MilterCodec.ReadAddress(value);
        else if (command == MilterCommand.Mail && name.SequenceEqual("{auth_authen}"u8)) Login = value;
    }
}
