using Mono.Cecil;
using Mono.Cecil.Cil;
using PolicyDaemon.Backends;
using PolicyDaemon.Engine;
using PolicyDaemon.Wire.PostfixPolicy;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

/// <summary>Who may know whom, read from the compiled assemblies.</summary>
public sealed class DependencyRules
{
    private static readonly ModuleDefinition EngineModule = ModuleOf(typeof(DecisionEngine));
    private static readonly ModuleDefinition WireModule = ModuleOf(typeof(PolicyCodec));
    private static readonly ModuleDefinition BackendsModule = ModuleOf(typeof(LastKnownDirectory));

    [Fact]
    public void Engine_references_nothing_but_the_base_library() =>
        Assert.All(EngineModule.AssemblyReferences, reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal));

    [Theory]
    [InlineData("System.IO.")]
    [InlineData("System.Net.Sockets.")]
    [InlineData("System.Net.Dns")]
    [InlineData("System.Net.Http.")]
    [InlineData("System.Data.")]
    [InlineData("System.Console")]
    [InlineData("System.Diagnostics.Process")]
    [InlineData("System.Diagnostics.Stopwatch")]
    public void Engine_knows_no_sockets_files_databases_or_surroundings(string forbidden) =>
        Assert.DoesNotContain(EngineModule.GetTypeReferences(), type => type.FullName.StartsWith(forbidden, StringComparison.Ordinal));

    [Fact]
    public void Wire_and_Backends_see_the_engine_and_not_each_other()
    {
        Assert.Equal(["PolicyDaemon.Engine"], OursReferencedBy(WireModule));
        Assert.Equal(["PolicyDaemon.Engine"], OursReferencedBy(BackendsModule));
        Assert.Empty(OursReferencedBy(EngineModule));
    }

    [Fact]
    public void Codecs_and_mappings_know_no_sockets_streams_or_pipes()
    {
        var pure = WireModule.GetTypes().Where(type => OutermostNameOf(type).EndsWith("Codec", StringComparison.Ordinal) || OutermostNameOf(type).EndsWith("Mapping", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(pure);

        string[] forbidden = ["System.IO.Stream", "System.IO.Pipelines.", "System.Net.Sockets.", "System.IO.File", "System.Threading.Tasks."];
        Assert.All(pure, type => Assert.DoesNotContain(
            TypesUsedBy(type), used => forbidden.Any(name => used.StartsWith(name, StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("System.DateTime", "get_Now")]
    [InlineData("System.DateTime", "get_UtcNow")]
    [InlineData("System.DateTimeOffset", "get_Now")]
    [InlineData("System.DateTimeOffset", "get_UtcNow")]
    [InlineData("System.TimeProvider", "get_System")]
    [InlineData("System.Environment", "get_TickCount")]
    [InlineData("System.Environment", "get_TickCount64")]
    [InlineData("System.Diagnostics.Stopwatch", "StartNew")]
    [InlineData("System.Diagnostics.Stopwatch", "GetTimestamp")]
    [InlineData("System.Threading.Thread", "Sleep")]
    public void Time_comes_only_from_a_clock_that_was_handed_in(string type, string method)
    {
        foreach (var module in new[] { EngineModule, WireModule, BackendsModule })
        {
            Assert.DoesNotContain(module.GetMemberReferences(), member => member.DeclaringType.FullName == type && member.Name == method);
        }
    }

    private static ModuleDefinition ModuleOf(Type type) => ModuleDefinition.ReadModule(type.Assembly.Location);

    private static IEnumerable<string> OursReferencedBy(ModuleDefinition module) =>
        module.AssemblyReferences.Select(reference => reference.Name).Where(name => name.StartsWith("PolicyDaemon", StringComparison.Ordinal));

    /// <summary>Closures and state machines belong to the type around them.</summary>
    private static string OutermostNameOf(TypeDefinition type) => type.DeclaringType is { } outer ? OutermostNameOf(outer) : type.Name;

    private static IEnumerable<string> TypesUsedBy(TypeDefinition type)
    {
        foreach (var field in type.Fields) yield return field.FieldType.FullName;
        foreach (var method in type.Methods)
        {
            yield return method.ReturnType.FullName;
            foreach (var parameter in method.Parameters) yield return parameter.ParameterType.FullName;
            if (!method.HasBody) continue;
            foreach (var variable in method.Body.Variables) yield return variable.VariableType.FullName;
            foreach (var used in method.Body.Instructions.Select(TypeUsedBy).OfType<string>()) yield return used;
        }
    }

    private static string? TypeUsedBy(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => type.FullName,
        MemberReference member => member.DeclaringType?.FullName,
        _ => null,
    };
}
