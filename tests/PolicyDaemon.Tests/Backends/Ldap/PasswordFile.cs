namespace PolicyDaemon.Tests.Backends.Ldap;

/// <summary>A file with a bind password, gone when disposed.</summary>
internal sealed class PasswordFile : IDisposable
{
    public PasswordFile(string content) => Write(content);

    public string Path { get; } = System.IO.Path.GetTempFileName();

    public void Write(string content) => File.WriteAllText(Path, content);

    public void Dispose() => File.Delete(Path);
}
