using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using FeatureGovernance.Cli.Running;

namespace FeatureGovernance.Cli.Checks;

/// <summary>Reads the verdict out of a report made for other tools, so that report and exit code come from one answer.</summary>
internal static class Verdicts
{
    public static string OfSarif(string report)
    {
        using var json = JsonDocument.Parse(report);
        var levels = json.RootElement.GetProperty("runs").EnumerateArray().SelectMany(run => run.GetProperty("results").EnumerateArray())
            .Select(result => result.TryGetProperty("level", out var level) ? level.GetString() : "warning").ToHashSet();
        return levels.Contains("error") ? "fail" : levels.Contains("warning") ? "warn" : "pass";
    }

    /// <summary>JUnit knows no warnings: the service prints them as a case's output.</summary>
    public static string OfJunit(string report)
    {
        try
        {
            var xml = XDocument.Parse(report);
            return xml.Descendants("failure").Any() ? "fail" : xml.Descendants("system-out").Any() ? "warn" : "pass";
        }
        catch (XmlException fault)
        {
            throw new UsageException($"The server's JUnit report is not XML: {fault.Message}");
        }
    }
}
