namespace PolicyDaemon.Doctor.Files;

internal static class UnixPath
{
    /// <summary>The directories that lead to a path, from <c>/</c> down, without itself.</summary>
    internal static IEnumerable<string> DirectoriesOf(string path)
    {
        yield return "/";
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1)) yield return path[..slash];
    }
}
