using System.Globalization;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Hangfire;
using Npgsql;

namespace FeatureGovernance.Server.Capacity.Pages;

/// <summary>A scenario as it is being written: every field as typed, by its name in the form.</summary>
/// <param name="WhatIf">What it changes, as far as it is written.</param>
public sealed record ScenarioFormModel(IReadOnlyDictionary<string, string> Kept, Complaint? Complaint, WhatIfModel WhatIf)
{
    private const int FewestParts = 5;

    /// <summary>How many parts the form has room for: those that it holds and one more, at least five.</summary>
    public int Parts { get; } = Math.Clamp(
        2 + Enumerable.Range(0, ScenarioReader.MostParts).LastOrDefault(i => Kept.ContainsKey($"kind {i}"), -1), FewestParts, ScenarioReader.MostParts);

    /// <summary>The kinds of assumptions.</summary>
    public static readonly IReadOnlyList<string> Kinds = [.. Enum.GetValues<ScenarioKind>().Select(Words.Of)];
}

internal static class ScenarioForm
{
    /// <summary>
    /// An empty form, a saved scenario's, or what the address holds: so a scenario half written is a link, and is tried on the plan while it grows.
    /// </summary>
    public static async Task<IResult> Get(string? from, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(from))
            return await ShowAsync(context.Request.Query.ToDictionary(one => one.Key, one => one.Value.ToString()), null, 200, source, cancellation);
        var answer = await ScenarioEndpoints.Get(from, context, source, cancellation);
        return answer.Take(out ScenarioView saved, out var refusal) ? await ShowAsync(Written(saved), null, 200, source, cancellation) : (Refused)refusal;
    }

    public static async Task<IResult> Post(
        HttpContext context, WriteTransaction write, NpgsqlDataSource source, IBackgroundJobClient jobs, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        var typed = form.ToDictionary(one => one.Key, one => one.Value.ToString());
        var faults = new FieldFaults();
        var parts = Parts(typed, faults);
        if (faults.Refusal is { } refusal)
            return await Again(refusal);
        var body = new ScenarioDefinition { Name = form.Field("name"), Description = form.Field("description"), Parts = parts };
        var answer = await ScenarioEndpoints.Post(body, context, write, cancellation);
        if (!answer.Take<ScenarioView>(out _, out var refused))
            return await Again(refused);
        if (form["then"] != "plan")
            return Rendered.See(context, "/capacity");
        var (path, unplanned) = await CapacityPages.StartAsync([body.Name!], write, jobs, cancellation);
        return path is null ? await Again(unplanned!) : Rendered.See(context, path);

        Task<IResult> Again(Refusal why) => ShowAsync(typed, Complaint.Of(why), Problems.Status(why.Kind), source, cancellation);
    }

    private static async Task<IResult> ShowAsync(
        IReadOnlyDictionary<string, string> typed, Complaint? complaint, int status, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var parts = Parts(typed, faults);
        var whatIf = faults.Refusal is { } refusal ? WhatIfModel.NotYet(Complaint.Of(refusal)) : await WhatIfModel.OfAsync(parts, source, cancellation);
        return Rendered.As<ScenarioPage>(new ScenarioFormModel(typed, complaint, whatIf), status);
    }

    private static List<ScenarioPart> Parts(IReadOnlyDictionary<string, string> typed, FieldFaults faults)
    {
        var parts = new List<ScenarioPart>();
        for (var i = 0; i < ScenarioReader.MostParts; i++)
        {
            if (Typed(typed, $"kind {i}") is { } kind)
                parts.Add(Part(typed, i, kind, $"parts[{parts.Count}]", faults));
        }

        return parts;
    }

    private static string? Typed(IReadOnlyDictionary<string, string> typed, string name) =>
        typed.GetValueOrDefault(name)?.ReplaceLineEndings("\n").Trim() is { Length: > 0 } text ? text : null;

    // Fields of other kinds are hidden in the form, and may still hold something.
    private static ScenarioPart Part(IReadOnlyDictionary<string, string> typed, int i, string kind, string at, FieldFaults faults)
    {
        var pools = List("pools");
        return kind switch
        {
            "growth" => new() { Kind = kind, Pools = pools, From = Day("from"), Until = Day("until"), Rate = Number("rate") / 100 },
            "launch" => new()
            {
                Kind = kind, Pools = pools, From = Day("from"), Model = Typed(typed, $"model {i}"), Traffic = Number("traffic"), Amount = Number("amount"),
                RampDays = Days("rampDays"),
            },
            "deprecation" => new()
            {
                Kind = kind, Pools = pools, From = Day("from"), RampDays = Days("rampDays"), Features = List("features"),
                Recommended = Typed(typed, $"recommended {i}") == "true" ? true : null,
            },
            "efficiency" => new() { Kind = kind, Pools = pools, From = Day("from"), Share = Number("share") / 100, RampDays = Days("rampDays") },
            "driver" => new()
            {
                Kind = kind, Pools = pools, From = Day("from"), Driver = Typed(typed, $"driver {i}"), Change = Number("change") / 100,
                RampDays = Days("rampDays"),
            },
            "deliverySlip" => new() { Kind = kind, Pools = pools, Days = Days("days") },
            _ => new() { Kind = kind },
        };

        IReadOnlyList<string>? List(string name)
        {
            var names = Typed(typed, $"{name} {i}")?.Split([',', '\n', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return names is { Length: > 0 } ? names : null;
        }

        double? Number(string name) => Read<double>(name, "a number", text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null);

        int? Days(string name) => Read<int>(name, "a number of days", text =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : (int?)null);

        DateOnly? Day(string name) => Read<DateOnly>(name, "a day", text =>
            DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : (DateOnly?)null);

        T? Read<T>(string name, string what, Func<string, T?> read)
            where T : struct
        {
            if (Typed(typed, $"{name} {i}") is not { } text)
                return null;
            var value = read(text);
            faults.Check(value is not null, $"{at}.{name}", $"'{Problems.Shorten(FieldFaults.Printable(text))}' is not {what}.",
                "Write it in digits, or leave it out.");
            return value;
        }
    }

    private static Dictionary<string, string> Written(ScenarioView saved)
    {
        var kept = new Dictionary<string, string?>(StringComparer.Ordinal) { ["name"] = saved.Name, ["description"] = saved.Description };
        foreach (var (part, i) in saved.Parts!.Select((part, i) => (part, i)))
        {
            (string Name, object? Value)[] fields =
            [
                ("kind", part.Kind), ("pools", Join(part.Pools)), ("from", Iso(part.From)), ("until", Iso(part.Until)), ("rate", Percent(part.Rate)),
                ("share", Percent(part.Share)),
                ("rampDays", part.RampDays), ("model", part.Model), ("traffic", part.Traffic), ("amount", part.Amount), ("features", Join(part.Features)),
                ("driver", part.Driver), ("change", Percent(part.Change)), ("recommended", part.Recommended == true ? "true" : null), ("days", part.Days),
            ];
            foreach (var (name, value) in fields)
                kept[$"{name} {i}"] = Convert.ToString(value, CultureInfo.InvariantCulture);
        }

        return kept.Where(one => !string.IsNullOrEmpty(one.Value)).ToDictionary(one => one.Key, one => one.Value!, StringComparer.Ordinal);

        // 0.07 is 7 per cent, not 7.000000000000001.
        static double? Percent(double? share) => share is { } some ? Math.Round(100 * some, 10) : null;

        static string? Join(IReadOnlyList<string>? names) => names is null ? null : string.Join(", ", names);

        static string? Iso(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }
}
