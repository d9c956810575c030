namespace PolicyDaemon.MailStack.Daemon;

/// <summary>By which protocols Postfix asks the daemon about mail.</summary>
[Flags]
public enum Fronts
{
    Policy = 1,
    Milter = 2,
    Both = Policy | Milter,
}
