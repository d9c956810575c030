using System.Security.Cryptography;
using System.Text;

namespace PolicyDaemon.Engine.Guessing;

/// <summary>What wrong passwords are counted for, as one line of text: <c>network 192.0.2.7/32</c>.</summary>
internal static class GuardKey
{
    /// <summary>Longer names are nobody's; their digest stands for them, so that they take no room.</summary>
    private const int MaxName = 128;

    public const string Network = "network ";
    public const string Login = "login ";

    public static string OfNetwork(string network) => Network + network;

    /// <summary>A login, from networks that are not known to be its own.</summary>
    public static string OfLogin(string name) => Login + Short(name);

    /// <summary>A login through a proxy, where it cannot be told who is who: apart from the login elsewhere, so that neither can lock the other.</summary>
    public static string OfProxied(string name) => "proxied " + Short(name);

    /// <summary>A login from a network that is its own.</summary>
    public static string OfKnown(string name, string network) => $"known {Short(name)} {network}";

    private static string Short(string name) =>
        name.Length <= MaxName ? name : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
