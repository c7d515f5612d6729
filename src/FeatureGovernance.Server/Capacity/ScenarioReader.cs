using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Server.Http;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

internal enum ScenarioKind
{
    Growth,
    Launch,
    Deprecation,
    Efficiency,
    Driver,
    DeliverySlip,
}

/// <summary>Whether a scenario can be understood: each kind of part takes its own fields and no others.</summary>
internal static class ScenarioReader
{
    public const int MostParts = 50;
    private const int MostNames = 10_000;
    private const int LongestDays = 3_650;
    private static readonly DateOnly FirstDay = new(2000, 1, 1);
    private static readonly DateOnly LastDay = new(2200, 1, 1);

    public static void Check(ScenarioDefinition body, FieldFaults faults)
    {
        faults.Slug("name", body.Name);
        faults.Text("description", body.Description, FieldFaults.LongText);
        faults.Check(body.Parts is { Count: >= 1 and <= MostParts }, "parts", $"A scenario has 1 to {MostParts} parts.",
            "Give a list of parts, each with its kind.");
        for (var i = 0; i < Math.Min(body.Parts?.Count ?? 0, MostParts); i++)
        {
            if (body.Parts![i] is { } part)
                Check(part, $"parts[{i}]", faults);
            else
                faults.Add($"parts[{i}]", "The part is null.", "Give an object.");
        }
    }

    /// <summary>Adds a fault for each pool, model and feature that is not known.</summary>
    public static async Task CheckNamesAsync(
        NpgsqlConnection connection, ScenarioDefinition body, FieldFaults faults, CancellationToken cancellation)
    {
        for (var i = 0; i < body.Parts!.Count; i++)
        {
            var part = body.Parts[i];
            await UnknownAsync(connection, "select name from capacity.pool where name = any($1)", part.Pools, $"parts[{i}].pools", "pool",
                faults, cancellation);
            await CheckFeaturesAsync(connection, part.Features, $"parts[{i}].features", faults, cancellation);
            if (part.Driver is not null)
                await UnknownAsync(connection, "select name from capacity.driver where name = any($1)", [part.Driver], $"parts[{i}].driver", "driver",
                    faults, cancellation);
            if (part.Model is not null)
                await UnknownAsync(connection, "select name from registry.model where name = any($1)", [part.Model], $"parts[{i}].model", "model",
                    faults, cancellation);
        }
    }

    /// <summary>Adds a fault for each feature that is not known.</summary>
    public static Task CheckFeaturesAsync(
        NpgsqlConnection connection, IReadOnlyList<string>? features, string field, FieldFaults faults, CancellationToken cancellation) =>
        UnknownAsync(connection, "select key from registry.feature where key = any($1)", features, field, "feature", faults, cancellation);

    /// <summary>A scenario that was checked, with its words as they are told.</summary>
    public static ScenarioDefinition Canonical(ScenarioDefinition body) => body with
    {
        Description = string.IsNullOrEmpty(body.Description) ? null : body.Description,
        Parts = [.. body.Parts!.Select(part => part with { Kind = Core.Words.Of(KindOf(part)) })],
    };

    /// <summary>The kind of a part that was checked.</summary>
    public static ScenarioKind KindOf(ScenarioPart part) =>
        Core.Words<ScenarioKind>.TryParse(part.Kind, out var kind) ? kind : throw new InvalidOperationException($"No kind {part.Kind}.");

    private static void Check(ScenarioPart part, string at, FieldFaults faults)
    {
        faults.Check(part.Kind is not null, $"{at}.kind", "The field is required.", $"Use one of: {Core.Words<ScenarioKind>.All}.");
        if (faults.Word<ScenarioKind>($"{at}.kind", part.Kind) is not { } kind)
            return;
        (string Field, bool IsGiven, bool IsTaken)[] fields =
        [
            ("from", part.From is not null, kind != ScenarioKind.DeliverySlip),
            ("until", part.Until is not null, kind == ScenarioKind.Growth),
            ("rate", part.Rate is not null, kind == ScenarioKind.Growth),
            ("share", part.Share is not null, kind == ScenarioKind.Efficiency),
            ("rampDays", part.RampDays is not null, kind is ScenarioKind.Launch or ScenarioKind.Deprecation or ScenarioKind.Efficiency or ScenarioKind.Driver),
            ("driver", part.Driver is not null, kind == ScenarioKind.Driver),
            ("change", part.Change is not null, kind == ScenarioKind.Driver),
            ("model", part.Model is not null, kind == ScenarioKind.Launch),
            ("traffic", part.Traffic is not null, kind == ScenarioKind.Launch),
            ("amount", part.Amount is not null, kind == ScenarioKind.Launch),
            ("features", part.Features is not null, kind == ScenarioKind.Deprecation),
            ("recommended", part.Recommended is not null, kind == ScenarioKind.Deprecation),
            ("days", part.Days is not null, kind == ScenarioKind.DeliverySlip),
        ];
        foreach (var (field, _, _) in fields.Where(field => field.IsGiven && !field.IsTaken))
            faults.Add($"{at}.{field}", $"A part of kind {part.Kind} has no such field.", "Remove it.");

        Names(part.Pools, $"{at}.pools", faults);
        Names(part.Features, $"{at}.features", faults);
        Day(part.From, $"{at}.from", faults);
        Day(part.Until, $"{at}.until", faults);
        faults.Check(part.Until is null || part.From is null || part.Until > part.From, $"{at}.until", "It ends before it begins.", "Give a day after from.");
        faults.Check(kind != ScenarioKind.Launch || part.Traffic is null || part.Amount is null, $"{at}.traffic",
            "Traffic is asked of a model, not of an amount.", "Leave it out, or name the model that the launch is like.");
        faults.Number($"{at}.rate", part.Rate, -0.99, 100);
        faults.Number($"{at}.share", part.Share, 0, 1);
        faults.Number($"{at}.change", part.Change, -0.99, 100);
        faults.Number($"{at}.traffic", part.Traffic, 0, Observations.LargestAmount);
        faults.Number($"{at}.amount", part.Amount, 0, Observations.LargestAmount);
        faults.Check(part.RampDays is null or (>= 0 and <= LongestDays), $"{at}.rampDays", $"{part.RampDays} is out of range.",
            $"Use 0 to {LongestDays} days.");
        faults.Check(part.Days is null or (>= 1 and <= LongestDays), $"{at}.days", $"{part.Days} is out of range.", $"Use 1 to {LongestDays} days.");
        var (missing, what) = kind switch
        {
            ScenarioKind.Growth => (part.Rate is null ? "rate" : null, "Give the growth per year, for example 0.2."),
            ScenarioKind.Efficiency => (part.Share is null ? "share" : null, "Give the share of demand that goes, for example 0.1."),
            ScenarioKind.Driver => (part.Driver is null ? "driver" : part.Change is null ? "change" : null,
                "Name the driver, and how much more it is, for example 0.2."),
            ScenarioKind.DeliverySlip => (part.Days is null ? "days" : null, "Give the days by which deliveries come later."),
            ScenarioKind.Deprecation => (part.Features is not { Count: > 0 } && part.Recommended != true ? "features" : null,
                "Name features, or say recommended: true."),
            ScenarioKind.Launch => (
                (part.Model is null) == (part.Amount is null) ? "model" : part.Amount is not null && part.Pools is not { Count: > 0 } ? "pools" : null,
                "Name the model that it is like, or give pools with the amount it takes of each per day."),
            _ => throw new InvalidOperationException($"No kind {kind}."),
        };
        if (missing is not null)
            faults.Add($"{at}.{missing}", "The field is required, or contradicts another.", what, "required-field");
    }

    private static void Day(DateOnly? day, string field, FieldFaults faults) =>
        faults.Check(day is null || (day >= FirstDay && day <= LastDay), field, $"{day:yyyy-MM-dd} is out of range.", "Use a day from 2000 to 2200.");

    /// <summary>Adds a fault for each name that is none.</summary>
    public static void Names(IReadOnlyList<string>? names, string field, FieldFaults faults)
    {
        faults.Check(names is not { Count: > MostNames }, field, $"There are {names?.Count:N0} names.", $"Use at most {MostNames:N0}.");
        for (var i = 0; i < Math.Min(names?.Count ?? 0, MostNames); i++)
            faults.Text($"{field}[{i}]", names![i], 256, required: true);
    }

    private static async Task UnknownAsync(
        NpgsqlConnection connection, string sql, IReadOnlyList<string>? names, string field, string what, FieldFaults faults, CancellationToken cancellation)
    {
        if (names is not { Count: > 0 })
            return;
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(names.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var known = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            known.Add(reader.GetString(0));
        foreach (var name in names.Where(name => !known.Contains(name)).Distinct().Take(100))
            faults.Add(field, $"There is no {what} '{Problems.Shorten(FieldFaults.Printable(name))}'.", "Check the name, or register it first.");
    }
}
