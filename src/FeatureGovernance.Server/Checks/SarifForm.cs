using System.Buffers;
using System.Text.Json;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Checks;
using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.Server.Checks;

/// <summary>A check as SARIF 2.1.0 (OASIS), which code hosts show beside a change. A finding's place is the name of the feature.</summary>
internal static class SarifForm
{
    public static void Write(CheckBody body, CheckReport report, IBufferWriter<byte> output)
    {
        string[] rules = [.. report.Findings.Select(finding => finding.Rule).Distinct()];
        using var json = new Utf8JsonWriter(output, CheckAnswer.Writing);
        json.WriteStartObject();
        json.WriteString("$schema"u8, "https://json.schemastore.org/sarif-2.1.0.json");
        json.WriteString("version"u8, "2.1.0");
        json.WriteStartArray("runs"u8);
        json.WriteStartObject();
        WriteTool(json, rules);
        WriteOrigin(json, body);
        json.WriteStartArray("results"u8);
        foreach (var finding in report.Findings)
            Write(json, finding, Array.IndexOf(rules, finding.Rule));
        json.WriteEndArray();
        json.WriteStartObject("properties"u8);
        json.WriteString("model"u8, body.Request.Model);
        json.WriteString("verdict"u8, Words<Verdict>.Text(report.Verdict));
        json.WriteNumber("registryVersion"u8, report.RegistryVersion);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTool(Utf8JsonWriter json, string[] rules)
    {
        json.WriteStartObject("tool"u8);
        json.WriteStartObject("driver"u8);
        json.WriteString("name"u8, "FeatureGovernance");
        json.WriteString("version"u8, typeof(SarifForm).Assembly.GetName().Version!.ToString(3));
        json.WriteStartArray("rules"u8);
        foreach (var rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, rule);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteOrigin(Utf8JsonWriter json, CheckBody body)
    {
        // The standard wants an absolute address here; anything else a caller calls a repository is for our own record only.
        if (!Uri.TryCreate(body.Repository, UriKind.Absolute, out var repository))
            return;
        json.WriteStartArray("versionControlProvenance"u8);
        json.WriteStartObject();
        json.WriteString("repositoryUri"u8, repository.AbsoluteUri);
        if (body.Commit is not null)
            json.WriteString("revisionId"u8, body.Commit);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Finding finding, int rule)
    {
        json.WriteStartObject();
        json.WriteString("ruleId"u8, finding.Rule);
        json.WriteNumber("ruleIndex"u8, rule);
        json.WriteString("level"u8, finding.Level switch
        {
            RuleLevel.Error => "error",
            RuleLevel.Warn => "warning",
            RuleLevel.Info => "note",
        });
        json.WriteStartObject("message"u8);
        json.WriteString("text"u8, $"{finding.Message} {finding.Remedy}");
        json.WriteEndObject();
        json.WriteStartArray("locations"u8);
        json.WriteStartObject();
        json.WriteStartArray("logicalLocations"u8);
        json.WriteStartObject();
        json.WriteString("fullyQualifiedName"u8, finding.Feature);
        json.WriteString("kind"u8, "resource");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        // The same fault of the same feature is the same result from run to run.
        json.WriteStartObject("partialFingerprints"u8);
        json.WriteString("featureRule/v1"u8, $"{finding.Feature}#{finding.Rule}");
        json.WriteEndObject();
        json.WriteStartObject("properties"u8);
        json.WriteString("remedy"u8, finding.Remedy);
        CheckAnswer.WriteRest(json, finding);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
