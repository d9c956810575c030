using System.Runtime.InteropServices;
using System.Text;

namespace PolicyDaemon.Tests;

/// <summary>PCRE2 itself, as programs that take Perl's regular expressions have it: not .NET's reading of them. Debian's grep needs the library, so it is always there.</summary>
internal static partial class Pcre2
{
    private const string Library = "libpcre2-8.so.0";

    /// <returns>The groups of the first match, the whole of it first; empty where there is none.</returns>
    /// <exception cref="FormatException">The pattern is not one.</exception>
    public static string[] Match(string pattern, string subject)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(pattern);
        byte[] text = Encoding.UTF8.GetBytes(subject);
        nint code = Compile(wanted, (nuint)wanted.Length, 0, out int error, out nuint at, 0);
        if (code == 0) throw new FormatException($"{pattern}: error {error} at {at}");
        nint data = CreateMatchData(code, 0);
        try
        {
            int count = Match(code, text, (nuint)text.Length, 0, 0, data, 0);
            nint offsets = Offsets(data);
            return [.. Enumerable.Range(0, Math.Max(0, count)).Select(i => Encoding.UTF8.GetString(text[Offset(2 * i)..Offset((2 * i) + 1)]))];

            int Offset(int index) => (int)Marshal.ReadIntPtr(offsets, index * nint.Size);
        }
        finally
        {
            FreeMatchData(data);
            FreeCode(code);
        }
    }

    [LibraryImport(Library, EntryPoint = "pcre2_compile_8")]
    private static partial nint Compile(byte[] pattern, nuint length, uint options, out int error, out nuint errorAt, nint context);

    [LibraryImport(Library, EntryPoint = "pcre2_match_data_create_from_pattern_8")]
    private static partial nint CreateMatchData(nint code, nint context);

    [LibraryImport(Library, EntryPoint = "pcre2_match_8")]
    private static partial int Match(nint code, byte[] subject, nuint length, nuint start, uint options, nint data, nint context);

    [LibraryImport(Library, EntryPoint = "pcre2_get_ovector_pointer_8")]
    private static partial nint Offsets(nint data);

    [LibraryImport(Library, EntryPoint = "pcre2_match_data_free_8")]
    private static partial void FreeMatchData(nint data);

    [LibraryImport(Library, EntryPoint = "pcre2_code_free_8")]
    private static partial void FreeCode(nint code);
}
