using System.Text.Json;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Telemetry;

/// <summary>What one feature consumed of one resource on one day.</summary>
internal struct CostFact : IFact<CostFact>
{
    public int FeatureId { get; set; }
    public int ModelId { readonly get => 0; set { } }
    public int ModelVersionId { readonly get => 0; set { } }
    public int Day { get; set; }
    public int Line { get; set; }

    /// <summary>Counted within the batch.</summary>
    public int Resource { get; set; }
    public double Amount { get; set; }

    public readonly int CompareTo(CostFact other) => (FeatureId, Day, Resource, Line).CompareTo((other.FeatureId, other.Day, other.Resource, other.Line));

    public readonly bool Replaces(in CostFact earlier) => (FeatureId, Day, Resource) == (earlier.FeatureId, earlier.Day, earlier.Resource);
}

internal sealed class CostBatch(WriteTransaction write) : FactBatch<CostFact>(write, FactKind.Cost, "cost_daily")
{
    private static readonly Fields Line = new("feature", "day", "resource", "amount", "unit");
    private const int MostResources = 1_000;

    private readonly Dictionary<string, string> units = new(StringComparer.Ordinal);
    private readonly Lookup resources = new();

    public override async Task PrepareAsync(CancellationToken cancellation)
    {
        await using (var command = new NpgsqlCommand("select name, unit from telemetry.resource", Connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
                units[reader.GetString(0)] = reader.GetString(1);
        }

        await ExecuteAsync("create temp table cost_staging (feature_id int, day date, resource int, amount double precision, line int) on commit drop", cancellation);
    }

    public override void Read(ReadOnlySpan<byte> line, int number, Segment<CostFact> segment)
    {
        var reader = new FactLine(line, number, Names, segment.Errors);
        var fact = new CostFact { Line = number };
        string? feature = null;
        string? resource = null;
        string? unit = null;
        try
        {
            if (reader.Begin())
            {
                for (var field = reader.Next(Line); field >= 0; field = reader.Next(Line))
                {
                    switch (field)
                    {
                        case 0:
                            fact.FeatureId = reader.Name(NameKind.Feature, out feature) ?? 0;
                            break;
                        case 1:
                            fact.Day = reader.Day(Bounds);
                            break;
                        case 2:
                            resource = reader.Text(128);
                            break;
                        case 3:
                            fact.Amount = reader.Number64(0, double.MaxValue, "Send an amount of at least 0.");
                            break;
                        case 4:
                            unit = reader.Text(128);
                            break;
                    }
                }

                reader.End();
                reader.Require(Line, 0b1_1111);
                if (!reader.IsFaulty)
                    fact.Resource = Resource(ref reader, resource!, unit!);
            }
        }
        catch (JsonException exception)
        {
            reader.Fault("line", $"Not well-formed JSON at byte {exception.BytePositionInLine + 1}.", "Send one JSON object a line, in UTF-8.");
        }

        if (reader.IsFaulty)
        {
            segment.FailedLines++;
            return;
        }

        if (fact.FeatureId == 0)
            segment.Pending.Add(new(segment.Rows.Count, NameKind.Feature, feature!, "feature"));
        segment.Rows.Add(fact);
    }

    public override async Task LandAsync(List<CostFact> rows, CancellationToken cancellation)
    {
        await using var writer = await CopyWriter.BeginAsync(Connection,
            "copy cost_staging (feature_id, day, resource, amount, line) from stdin (format binary)", cancellation);
        foreach (var row in rows)
        {
            writer.Row(5);
            writer.Int32(row.FeatureId);
            writer.Int32(row.Day);
            writer.Int32(row.Resource);
            writer.Double(row.Amount);
            writer.Int32(row.Line);
            if (writer.IsFull)
                await writer.FlushAsync(cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }

    public override async Task MergeAsync(CancellationToken cancellation)
    {
        var names = resources.Names;
        // "where not exists" before "on conflict": a conflict would still use up a number.
        await ExecuteAsync(
            """
            insert into telemetry.resource (name, unit) select n.name, n.unit from unnest($1::text[], $2::text[]) n(name, unit)
            where not exists (select from telemetry.resource r where r.name = n.name) order by n.name on conflict (name) do nothing
            """, cancellation, names, names.Select(name => units[name]).ToArray());
        await ExecuteAsync(
            """
            insert into telemetry.cost_daily as present (feature_id, day, resource_id, amount)
            select distinct on (s.feature_id, s.day, r.id) s.feature_id, s.day, r.id, s.amount
            from cost_staging s join unnest($1) with ordinality n(name, ordinal) on n.ordinal = s.resource + 1 join telemetry.resource r on r.name = n.name
            order by s.feature_id, s.day, r.id, s.line desc
            on conflict (feature_id, day, resource_id) do update set amount = excluded.amount where present.amount is distinct from excluded.amount
            """, cancellation, (object)names);
    }

    private int Resource(ref FactLine reader, string resource, string unit)
    {
        if (!FieldFaults.IsSlug(resource) || !FieldFaults.IsSlug(unit))
            reader.Fault(FieldFaults.IsSlug(resource) ? "unit" : "resource", "The value is not a name.",
                "Use 1 to 128 ASCII letters, digits, '_', '.', '-' or '@'.");
        else if (!units.TryGetValue(resource, out var fixedUnit) && units.Count >= MostResources)
            reader.Fault("resource", $"There are {MostResources} resources already.", "Use one of those.");
        else if (fixedUnit is not null && fixedUnit != unit)
            reader.Fault("unit", $"Resource '{resource}' is measured in '{fixedUnit}'.", $"Convert the amount to {fixedUnit}, or name another resource.");
        else
        {
            units.TryAdd(resource, unit);
            return resources.Index(resource);
        }

        return 0;
    }
}

/// <summary>Names of a small vocabulary, numbered as they come within one batch.</summary>
internal sealed class Lookup
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);

    public string[] Names => [.. numbers.OrderBy(pair => pair.Value).Select(pair => pair.Key)];

    public int Count => numbers.Count;

    public bool Has(string name) => numbers.ContainsKey(name);

    public int Index(string name)
    {
        if (!numbers.TryGetValue(name, out var index))
            numbers[name] = index = numbers.Count;
        return index;
    }
}
