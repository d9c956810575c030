using System.Security.Cryptography;
using System.Text;
using PolicyDaemon.Admin;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Cli.Pages;

namespace PolicyDaemon.Cli;

/// <summary>
/// Gets a new password, typed twice without echo by a person, or as one line of standard input from a program, and hashes it at once: no
/// argument carries it, and only the hash leaves this process.
/// </summary>
internal static class PasswordPrompt
{
    /// <summary>The form to store, <c>{SCHEME}data</c>, or why there is none.</summary>
    /// <param name="subject">Whose password, for the prompt; empty: nobody's yet.</param>
    public static Outcome<string> ReadHash(Terminal terminal, string subject, PasswordScheme scheme)
    {
        if (!Read(terminal, subject).TryGetReport(out var password, out var refusal)) return refusal;
        var octets = Encoding.UTF8.GetBytes(password);
        try
        {
            if (PasswordHash.FindFault(scheme, octets) is { } fault) return Refusal.Invalid(fault);
            return PasswordHash.Create(scheme, octets).Text;
        }
        catch (PasswordLibraryException exception)
        {
            return Refusal.Unavailable(exception.Message);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
        }
    }

    private static Outcome<string> Read(Terminal terminal, string subject)
    {
        var whose = subject.Length == 0 ? "" : $" for {PlainText.Of(subject)}";
        var password = terminal.IsInteractive ? terminal.ReadHidden($"New password{whose}: ") : ReadLine(terminal.Input);
        if (string.IsNullOrEmpty(password))
        {
            return Refusal.Invalid("no password was given: type one, or write it as one line to standard input");
        }

        return terminal.IsInteractive && terminal.ReadHidden("Once more: ") != password
            ? Refusal.Invalid("the two passwords differ; nothing was changed")
            : password;
    }

    /// <summary>One line without its end, and no more of it than shows that it is too long.</summary>
    private static string? ReadLine(TextReader input)
    {
        var line = new StringBuilder();
        while (line.Length <= PasswordHash.MaxPasswordBytes)
        {
            var next = input.Read();
            if (next < 0 && line.Length == 0) return null;
            if (next < 0 || next == '\n') break;
            line.Append((char)next);
        }

        return line.Length > 0 && line[^1] == '\r' ? line.ToString(0, line.Length - 1) : line.ToString();
    }
}
