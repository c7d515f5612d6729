using System.Reflection;
using System.Runtime.CompilerServices;
using FeatureGovernance.Core;
using FeatureGovernance.Tests;
using NetArchTest.Rules;

namespace FeatureGovernance.UnitTests.Architecture;

public class RulesOfTheHouse
{
    private static readonly Assembly Core = typeof(Refusal).Assembly;
    private static readonly Assembly Statistics = typeof(Statistics.Sketches.KllSketch).Assembly;
    private static readonly Assembly Contracts = typeof(Contracts.Page<>).Assembly;
    private static readonly Assembly Server = typeof(Server.Service).Assembly;

    [Fact]
    public void Core_and_statistics_do_no_io()
    {
        string[] outside = ["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Npgsql", "Hangfire", "Serilog", "System.Net.Http", "System.Net.Sockets",
            "DuckDB", "System.Diagnostics.Process"];

        FailuresOf(Types.InAssemblies([Core, Statistics]).ShouldNot().HaveDependencyOnAny(outside)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("Core", "FeatureGovernance.Statistics")]
    [InlineData("Statistics", "")]
    [InlineData("Contracts", "")]
    public void Dependencies_point_down_only(string room, string allowed)
    {
        var assembly = room switch { "Core" => Core, "Statistics" => Statistics, _ => Contracts };

        var ours = assembly.GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => name.StartsWith("FeatureGovernance", StringComparison.Ordinal) || name == "featgov");

        ours.Should().BeSubsetOf(allowed.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Core_and_statistics_never_read_the_clock_or_make_identities()
    {
        // The banned-symbols analyzer holds the calls; this holds that nobody turned it off there.
        var projects = Directory.GetFiles(Path.Combine(SharedData.ProjectRoot(), "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => file.Contains("FeatureGovernance.Core", StringComparison.Ordinal)
                || file.Contains("FeatureGovernance.Statistics", StringComparison.Ordinal));

        projects.Where(file => File.ReadAllText(file).Contains("RS0030", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void Slices_do_not_call_each_others_endpoints()
    {
        string[] slices = ["Registry", "Lifecycle", "Checks", "Telemetry", "Value", "Drift", "Capacity", "Reports"];
        var endpoints = Server.GetTypes().Where(type => type.Name.EndsWith("Endpoints", StringComparison.Ordinal) && type.Namespace is not null).ToList();
        endpoints.Should().NotBeEmpty();
        var offences = slices.SelectMany(slice =>
            FailuresOf(Types.InAssembly(Server).That().ResideInNamespaceStartingWith($"FeatureGovernance.Server.{slice}").ShouldNot().HaveDependencyOnAny(
                [.. endpoints.Where(type => !type.Namespace!.StartsWith($"FeatureGovernance.Server.{slice}", StringComparison.Ordinal)).Select(type => type.FullName!)]))
            .Select(offender => $"{offender} of {slice} uses another slice's endpoints"));

        offences.Should().BeEmpty();
    }

    [Fact]
    public void Nothing_carries_an_empty_name()
    {
        string[] empty = ["Manager", "Helper", "Util", "Utils", "Base", "Impl", "Dto"];

        var named = new[] { Core, Statistics, Contracts, Server }.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.GetCustomAttribute<CompilerGeneratedAttribute>() is null && !type.Name.Contains('<', StringComparison.Ordinal))
            .Where(type => empty.Any(word => type.Name.EndsWith(word, StringComparison.Ordinal))).Select(type => type.FullName);

        named.Should().BeEmpty();
    }

    private static IEnumerable<string> FailuresOf(ConditionList condition) => condition.GetResult().FailingTypeNames ?? [];
}
