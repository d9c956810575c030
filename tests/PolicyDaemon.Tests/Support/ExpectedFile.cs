using Xunit;

namespace PolicyDaemon.Tests;

/// <summary>A file of the repository that must be exactly what the code writes.</summary>
internal static class ExpectedFile
{
    /// <summary>Compares; what was written instead is left below <c>artifacts/</c>, to be looked at and, when it is right, copied.</summary>
    /// <param name="path">Relative to the repository.</param>
    public static void Holds(string path, string written)
    {
        string file = Path.Combine(Checkout.Directory, path);
        if (File.Exists(file) && File.ReadAllText(file) == written) return;

        string actual = Path.Combine(Checkout.Directory, "artifacts", path);
        Directory.CreateDirectory(Path.GetDirectoryName(actual)!);
        File.WriteAllText(actual, written);
        Assert.Fail($"{path} is not what the code writes, which is in artifacts/{path}:\n{written}");
    }
}
