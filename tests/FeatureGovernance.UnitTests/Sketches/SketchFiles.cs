using System.Globalization;
using System.Text.RegularExpressions;
using FeatureGovernance.Tests;

namespace FeatureGovernance.UnitTests.Sketches;

/// <summary>The shared sketches of the Apache DataSketches libraries.</summary>
internal static partial class SketchFiles
{
    public static IEnumerable<(string Name, byte[] Bytes)> All(string prefix = "") =>
        Directory.EnumerateFiles(SharedData.Path("datasketches"), $"{prefix}*.sk")
            .Order(StringComparer.Ordinal)
            .Select(path => (Path.GetFileName(path), File.ReadAllBytes(path)));

    /// <summary>Those that the Java library wrote from a plain sequence of numbers.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> ByJava(string prefix) =>
        All(prefix).Where(file => file.Name.EndsWith("_java.sk", StringComparison.Ordinal) && Fed(file.Name) is not null);

    public static byte[] Bytes(string name) => File.ReadAllBytes(SharedData.Path("datasketches", name));

    /// <summary>The number of items fed, from <c>_nK_</c> in the name; null where the name has none.</summary>
    public static int? Fed(string name) =>
        Number().Match(name) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"_n(\d+)_")]
    private static partial Regex Number();
}
