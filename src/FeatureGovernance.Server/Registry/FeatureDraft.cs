using System.Globalization;
using System.Text.Json;
using System.Xml;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Http;

namespace FeatureGovernance.Server.Registry;

/// <summary>A feature's definition as sent, checked and in the form in which it is kept.</summary>
internal sealed record FeatureDraft(
    string Key, string Team, FeatureKind Kind, string? Description, int? FreshnessSeconds, Sensitivity Sensitivity, string? Cost, string Tags,
    DataType DataType, string? Entity, FeatureSource? Source, string? Expected, string? Default, IReadOnlyList<string> DerivedFrom)
{
    /// <summary>Null where anything is at fault; the faults then say what.</summary>
    public static FeatureDraft? Read(string? key, FeatureDefinition body, FieldFaults faults)
    {
        var before = faults.All.Count;
        if (!FeatureKey.TryParse(key, out _))
            faults.Add("key", $"'{Problems.Shorten(FieldFaults.Printable(key ?? ""))}' is not a feature key.", $"Use {FeatureKey.Form}.", "malformed-key");
        faults.Slug("team", body.Team);
        var kind = faults.Word("kind", body.Kind, FeatureKind.Feature as FeatureKind?);
        var dataType = faults.Word("dataType", body.DataType, DataType.Unknown as DataType?);
        var sensitivity = faults.Word("sensitivity", body.Sensitivity, Sensitivity.Internal as Sensitivity?);
        faults.Text("entity", body.Entity, 128);
        faults.Text("description", body.Description, FieldFaults.LongText);
        faults.Text("source.system", body.Source?.System, 128);
        faults.Text("source.table", body.Source?.Table, 1_000);
        faults.Text("source.column", body.Source?.Column, 256);
        faults.Text("source.expression", body.Source?.Expression, 20_000);
        faults.Number("cost.computePerDay", body.Cost?.ComputePerDay, 0, 1e12);
        faults.Number("cost.storagePerDay", body.Cost?.StoragePerDay, 0, 1e12);
        faults.Number("cost.servingPerMillionReads", body.Cost?.ServingPerMillionReads, 0, 1e12);
        faults.Tags("tags", body.Tags);
        var freshness = Freshness(body.Freshness, faults);
        CheckExpected(body.Expected, faults);
        CheckDefault(body.Default, faults);
        CheckDerivedFrom(key, body.DerivedFrom, faults);
        if (faults.All.Count > before)
            return null;

        var source = body.Source is { System: null, Table: null, Column: null, Expression: null } ? null : body.Source;
        var cost = body.Cost is { ComputePerDay: null, StoragePerDay: null, ServingPerMillionReads: null } ? null : body.Cost;
        var expected = body.Expected is { Min: null, Max: null, MaxNullRate: null, Categories: null } ? null : body.Expected;
        return new(key!, body.Team!, kind!.Value, body.Description?.Trim(), freshness, sensitivity!.Value, cost is null ? null : Json.Text(cost),
            Json.Text(new SortedDictionary<string, string>(body.Tags?.ToDictionary() ?? [], StringComparer.Ordinal)),
            dataType!.Value, body.Entity, source, expected is null ? null : Json.Text(expected),
            body.Default is null or { ValueKind: JsonValueKind.Null } ? null : Json.Text(body.Default),
            [.. (body.DerivedFrom ?? []).Distinct().Order(StringComparer.Ordinal)]);
    }

    public static string? FreshnessText(int? seconds) => seconds is { } some ? XmlConvert.ToString(TimeSpan.FromSeconds(some)) : null;

    private static int? Freshness(string? text, FieldFaults faults)
    {
        if (text is null)
            return null;
        try
        {
            var span = text.Length <= 64 ? XmlConvert.ToTimeSpan(text) : TimeSpan.Zero;
            if (span >= TimeSpan.FromSeconds(1) && span.TotalSeconds <= int.MaxValue)
                return (int)span.TotalSeconds;
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
        }

        faults.Add("freshness", "Not a duration of at least a second.", "Use an ISO 8601 duration such as PT1H or P1D.");
        return null;
    }

    private static void CheckExpected(ExpectedValues? expected, FieldFaults faults)
    {
        if (expected is null)
            return;
        faults.Number("expected.min", expected.Min);
        faults.Number("expected.max", expected.Max);
        faults.Number("expected.maxNullRate", expected.MaxNullRate, 0, 1);
        faults.Check(!(expected.Min > expected.Max), "expected.max", "The maximum is below the minimum.", "Swap them.");
        faults.Check(expected.Categories is null or { Count: <= 10_000 }, "expected.categories", "There are more than 10,000 categories.",
            "List fewer, or none.");
        faults.Check(expected.Categories is null || expected.Categories.All(category => category is { Length: <= 1_000 } && !category.Contains('\0')),
            "expected.categories", "A category is null or over 1,000 characters.", "Shorten it.");
    }

    private static void CheckDefault(JsonElement? value, FieldFaults faults)
    {
        if (value is not { } json || json.ValueKind is JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False)
            return;
        if (json.ValueKind == JsonValueKind.Object)
            faults.Add("default", "An object cannot be a default.", "Use a scalar or an array of scalars.");
        else if (json.GetRawText().Length > 100_000)
            faults.Add("default", "The default is over 100,000 characters.", "Use a shorter one.");
        else if (json.ValueKind == JsonValueKind.Array && json.EnumerateArray().Any(item => item.ValueKind is JsonValueKind.Array or JsonValueKind.Object))
            faults.Add("default", "Arrays may hold only scalars.", "Flatten it.");
        else if (json.GetRawText().Contains("\\u0000", StringComparison.Ordinal))
            faults.Add("default", "The default has a NUL character.", "Remove it.");
        else if (json.ValueKind == JsonValueKind.Number && !double.IsFinite(double.Parse(json.GetRawText(), CultureInfo.InvariantCulture)))
            faults.Add("default", "The number is out of range.", "Use a number a 64-bit float can hold.");
    }

    private static void CheckDerivedFrom(string? key, IReadOnlyList<string>? parents, FieldFaults faults)
    {
        if (parents is null)
            return;
        faults.Check(parents.Count <= 1_000, "derivedFrom", $"There are {parents.Count:N0} parents.", "Use at most 1,000.");
        for (var i = 0; i < Math.Min(parents.Count, 1_000); i++)
        {
            if (!FeatureKey.TryParse(parents[i], out _))
                faults.Add($"derivedFrom[{i}]", "Not a feature key.", $"Use {FeatureKey.Form}.");
            else if (parents[i] == key)
                faults.Add($"derivedFrom[{i}]", "A feature cannot be derived from itself.", "Remove it.");
        }
    }
}
