using System.Text.Json;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;

namespace FeatureGovernance.Server.Telemetry;

/// <summary>How much one feature contributed in one evaluation.</summary>
internal struct ImportanceFact : IFact<ImportanceFact>
{
    public int FeatureId { get; set; }
    public int ModelId { get; set; }

    /// <summary>0 where the report names none.</summary>
    public int ModelVersionId { get; set; }
    public EvidenceMethod Method { get; set; }

    /// <summary>Counted within the batch.</summary>
    public int Metric { get; set; }
    public long EvaluatedAt { get; set; }
    public int Line { get; set; }
    public double Value { get; set; }
    public double StandardError { get; set; }

    public readonly int Day => (int)Math.Floor(EvaluatedAt / 86_400e6);

    public readonly int CompareTo(ImportanceFact other) =>
        (FeatureId, ModelId, ModelVersionId, EvaluatedAt, (int)Method, Metric, Line).CompareTo(
            (other.FeatureId, other.ModelId, other.ModelVersionId, other.EvaluatedAt, (int)other.Method, other.Metric, other.Line));

    public readonly bool Replaces(in ImportanceFact earlier) =>
        (FeatureId, ModelId, ModelVersionId, EvaluatedAt, Method, Metric) == (earlier.FeatureId, earlier.ModelId, earlier.ModelVersionId, earlier.EvaluatedAt, earlier.Method, earlier.Metric);
}

/// <summary>Importance lands by staging: an evaluation that is reported again is replaced as a whole, features it no longer names included.</summary>
internal sealed class ImportanceBatch(WriteTransaction write) : FactBatch<ImportanceFact>(write, FactKind.Importance, "importance")
{
    private const int MostMetrics = 1_000;
    // model, method, evaluatedAt, metric, and either a list of values or one feature with its value.
    private const int Listed = 0b0_0011_1101;
    private const int Single = 0b0_1101_1101;
    private static readonly Fields Line = new("model", "version", "method", "evaluatedAt", "metric", "values", "feature", "value", "standardError");
    private static readonly Fields Element = new("feature", "value", "standardError");

    private readonly Lookup metrics = new();

    public override Task PrepareAsync(CancellationToken cancellation) => ExecuteAsync(
        """
        create temp table importance_staging (
            feature_id int, model_id int, model_version_id int, method smallint, metric int, evaluated_at timestamptz,
            value double precision, standard_error double precision, line int) on commit drop
        """, cancellation);

    public override void Read(ReadOnlySpan<byte> line, int number, Segment<ImportanceFact> segment)
    {
        var reader = new FactLine(line, number, Names, segment.Errors);
        var first = segment.Rows.Count;
        var pending = segment.Pending.Count;
        var head = new ImportanceFact { Line = number, StandardError = double.NaN };
        var names = new Head();
        try
        {
            if (reader.Begin())
            {
                ReadFields(ref reader, ref head, ref names, segment);
                reader.End();
                reader.Require(Line, names.HasValues ? Listed : Single);
            }

            if (!reader.IsFaulty && names.HasValues && (names.Feature is not null || head.FeatureId != 0))
                reader.Fault("feature", "The line has both values and feature.", "Send either a list of values or one feature and its value.");
        }
        catch (JsonException exception)
        {
            reader.Fault("line", $"Not well-formed JSON at byte {exception.BytePositionInLine + 1}.", "Send one JSON object a line, in UTF-8.");
        }

        if (reader.IsFaulty)
        {
            segment.FailedLines++;
            segment.Rows.RemoveRange(first, segment.Rows.Count - first);
            segment.Pending.RemoveRange(pending, segment.Pending.Count - pending);
            return;
        }

        Complete(head, names, segment, first);
    }

    private void ReadFields(ref FactLine reader, ref ImportanceFact head, ref Head names, Segment<ImportanceFact> segment)
    {
        for (var field = reader.Next(Line); field >= 0; field = reader.Next(Line))
        {
            switch (field)
            {
                case 0:
                    head.ModelId = reader.Name(NameKind.Model, out var model) ?? 0;
                    names.Model = model ?? reader.Present();
                    break;
                case 1:
                    names.Version = reader.Text(128);
                    break;
                case 2:
                    head.Method = reader.Word<EvidenceMethod>();
                    break;
                case 3:
                    head.EvaluatedAt = reader.Instant(Bounds);
                    break;
                case 4:
                    head.Metric = Metric(ref reader);
                    break;
                case 5:
                    names.HasValues = true;
                    ReadValues(ref reader, segment);
                    break;
                case 6:
                    head.FeatureId = reader.Name(NameKind.Feature, out names.Feature) ?? 0;
                    break;
                case 7:
                    head.Value = Value(ref reader);
                    break;
                case 8:
                    head.StandardError = StandardError(ref reader);
                    break;
            }
        }
    }

    private static void ReadValues(ref FactLine reader, Segment<ImportanceFact> segment)
    {
        if (!reader.IntoArray())
            return;
        var count = segment.Rows.Count;
        while (reader.NextElement(out var outer))
        {
            var fact = new ImportanceFact { StandardError = double.NaN };
            string? feature = null;
            for (var field = reader.Next(Element); field >= 0; field = reader.Next(Element))
            {
                if (field == 0)
                    fact.FeatureId = reader.Name(NameKind.Feature, out feature) ?? 0;
                else if (field == 1)
                    fact.Value = Value(ref reader);
                else
                    fact.StandardError = StandardError(ref reader);
            }

            reader.Require(Element, 0b011);
            reader.Return(outer);
            if (feature is not null && fact.FeatureId == 0)
                segment.Pending.Add(new(segment.Rows.Count, NameKind.Feature, feature, "values.feature"));
            segment.Rows.Add(fact);
        }

        if (segment.Rows.Count == count)
            reader.Fault("values", "The list is empty.", "Send at least one measurement.");
    }

    // The head of a report may follow its values, so the rows are completed at the end of the line.
    private void Complete(ImportanceFact head, Head names, Segment<ImportanceFact> segment, int first)
    {
        if (!names.HasValues)
        {
            if (head.FeatureId == 0)
                segment.Pending.Add(new(segment.Rows.Count, NameKind.Feature, names.Feature!, "feature"));
            segment.Rows.Add(head);
        }

        var version = names.Version is null ? null : $"{names.Model}\n{names.Version}";
        var versionId = 0;
        var known = version is null || Names.TryFind(NameKind.ModelVersion, version, out versionId);
        for (var i = first; i < segment.Rows.Count; i++)
        {
            var fact = segment.Rows[i];
            segment.Rows[i] = head with { FeatureId = fact.FeatureId, Value = fact.Value, StandardError = fact.StandardError, ModelVersionId = versionId };
            if (head.ModelId == 0)
                segment.Pending.Add(new(i, NameKind.Model, names.Model!, "model"));
            if (!known)
                segment.Pending.Add(new(i, NameKind.ModelVersion, version!, "version"));
        }
    }

    private int Metric(ref FactLine reader)
    {
        if (reader.Text(64) is not { } metric)
            return 0;
        if (FieldFaults.IsSlug(metric) && (metrics.Count < MostMetrics || metrics.Has(metric)))
            return metrics.Index(metric);
        reader.Fault("metric", "The value is not a name, or the batch names over 1,000 metrics.", "Use 1 to 64 ASCII letters, digits, '_', '.', '-' or '@'.");
        return 0;
    }

    private static double Value(ref FactLine reader) =>
        reader.Number64(double.MinValue, double.MaxValue, "Send a finite number; negative contributions are fine.");

    private static double StandardError(ref FactLine reader) => reader.Number64(0, double.MaxValue, "Send a finite number of at least 0, or leave it out.");

    public override async Task LandAsync(List<ImportanceFact> rows, CancellationToken cancellation)
    {
        await using var writer = await CopyWriter.BeginAsync(Connection, "copy importance_staging from stdin (format binary)", cancellation);
        foreach (var row in rows)
        {
            writer.Row(9);
            writer.Int32(row.FeatureId);
            writer.Int32(row.ModelId);
            if (row.ModelVersionId == 0)
                writer.Null();
            else
                writer.Int32(row.ModelVersionId);
            writer.Int16((short)row.Method);
            writer.Int32(row.Metric);
            writer.Int64(row.EvaluatedAt);
            writer.Double(row.Value);
            if (double.IsNaN(row.StandardError))
                writer.Null();
            else
                writer.Double(row.StandardError);
            writer.Int32(row.Line);
            if (writer.IsFull)
                await writer.FlushAsync(cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }

    public override async Task MergeAsync(CancellationToken cancellation)
    {
        var names = metrics.Names;
        // "where not exists" before "on conflict": a conflict would still use up a number.
        await ExecuteAsync(
            """
            insert into telemetry.metric (name) select n.name from unnest($1) n(name)
            where not exists (select from telemetry.metric m where m.name = n.name) order by n.name on conflict (name) do nothing
            """, cancellation, (object)names);
        await ExecuteAsync("alter table importance_staging add column metric_id smallint", cancellation);
        await ExecuteAsync(
            "update importance_staging s set metric_id = m.id from unnest($1) with ordinality n(name, ordinal) join telemetry.metric m on m.name = n.name where n.ordinal = s.metric + 1",
            cancellation, (object)names);
        await ExecuteAsync(
            """
            delete from telemetry.importance present
            using (select distinct model_id, model_version_id, method, metric_id, evaluated_at from importance_staging) again
            where present.model_id = again.model_id and present.evaluated_at = again.evaluated_at and present.method = again.method
              and present.metric_id = again.metric_id and present.model_version_id is not distinct from again.model_version_id
            """, cancellation);
        await ExecuteAsync(
            """
            insert into telemetry.importance (feature_id, model_id, model_version_id, method, metric_id, evaluated_at, value, standard_error)
            select distinct on (feature_id, model_id, model_version_id, method, metric_id, evaluated_at)
                feature_id, model_id, model_version_id, method, metric_id, evaluated_at, value, standard_error
            from importance_staging
            order by feature_id, model_id, model_version_id, method, metric_id, evaluated_at, line desc
            on conflict (feature_id, model_id, model_version_id, method, metric_id, evaluated_at) do update
            set value = excluded.value, standard_error = excluded.standard_error
            """, cancellation);
    }

    private struct Head
    {
        public string? Model;
        public string? Version;
        public string? Feature;
        public bool HasValues;
    }
}
