namespace PolicyDaemon.Cli;

/// <summary>What a command's exit status says: every command keeps to these three.</summary>
internal static class ExitStatus
{
    /// <summary>It is so, or it is done.</summary>
    public const int Yes = 0;

    /// <summary>It is not so, or it was refused: the answer is known.</summary>
    public const int No = 1;

    /// <summary>The command was not understood, or the answer could not be had: nothing is known.</summary>
    public const int CannotTell = 2;
}
