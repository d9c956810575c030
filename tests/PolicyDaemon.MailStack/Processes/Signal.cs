namespace PolicyDaemon.MailStack.Processes;

/// <summary>Signals by their numbers on Linux, signal(7).</summary>
public enum Signal
{
    /// <summary>Re-read the configuration.</summary>
    Hup = 1,

    /// <summary>SIGINT; PostgreSQL's fast shutdown.</summary>
    Interrupt = 2,

    /// <summary>SIGQUIT; PostgreSQL's immediate shutdown: as a crash, but nothing stays in the kernel.</summary>
    Quit = 3,

    /// <summary>End at once, without any clean-up.</summary>
    Kill = 9,

    /// <summary>End in order.</summary>
    Term = 15,

    /// <summary>Go on after <see cref="Stop"/>.</summary>
    Cont = 18,

    /// <summary>Freeze: sockets stay open and accept, nobody answers.</summary>
    Stop = 19,
}
