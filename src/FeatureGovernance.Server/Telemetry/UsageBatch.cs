using System.Text.Json;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Telemetry;

/// <summary>What one model read of one feature on one day. Ordered as the table's key is, so that its index is filled from left to right.</summary>
internal struct UsageFact : IFact<UsageFact>
{
    public int FeatureId { get; set; }
    public int ModelId { get; set; }
    public int ModelVersionId { readonly get => 0; set { } }
    public int Day { get; set; }
    public int Line { get; set; }
    public UsageEnvironment Environment { get; set; }
    public float SamplingRate { get; set; }
    public long Reads { get; set; }
    public long Requests { get; set; }

    public readonly int CompareTo(UsageFact other)
    {
        var order = Key.CompareTo(other.Key);
        return order != 0 ? order : When.CompareTo(other.When);
    }

    public readonly bool Replaces(in UsageFact earlier) => Key == earlier.Key && Day == earlier.Day && Environment == earlier.Environment;

    private readonly ulong Key => ((ulong)(uint)FeatureId << 32) | (uint)ModelId;

    private readonly ulong When => ((ulong)(uint)((Day << 1) | (int)Environment) << 32) | (uint)Line;
}

/// <summary>
/// Usage lands by COPY straight into its table as long as every row is new, which is the daily case and costs as little as a bare COPY.
/// At the first row that is there already it goes by staging and one merge, in which the later report replaces the figure.
/// </summary>
internal sealed class UsageBatch(WriteTransaction write) : FactBatch<UsageFact>(write, FactKind.Usage, "usage_daily")
{
    private static readonly Fields Line = new("feature", "model", "day", "environment", "reads", "requests", "samplingRate");
    private const int Required = 0b0011_1111;
    private const string Columns = "feature_id, model_id, day, environment, sampling_rate, reads, requests";

    private bool staged;
    private int segments;

    public override void Read(ReadOnlySpan<byte> line, int number, Segment<UsageFact> segment)
    {
        var reader = new FactLine(line, number, Names, segment.Errors);
        var fact = new UsageFact { Line = number, SamplingRate = float.NaN };
        string? feature = null;
        string? model = null;
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
                            fact.ModelId = reader.Name(NameKind.Model, out model) ?? 0;
                            break;
                        case 2:
                            fact.Day = reader.Day(Bounds);
                            break;
                        case 3:
                            fact.Environment = reader.Environment();
                            break;
                        case 4:
                            fact.Reads = reader.Count();
                            break;
                        case 5:
                            fact.Requests = reader.Count();
                            break;
                        case 6:
                            fact.SamplingRate = (float)reader.Number64(1e-9, 1, "Send a share over 0 up to 1, or leave it out where every read was counted.");
                            break;
                    }
                }

                reader.End();
                reader.Require(Line, Required);
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
        if (fact.ModelId == 0)
            segment.Pending.Add(new(segment.Rows.Count, NameKind.Model, model!, "model"));
        segment.Rows.Add(fact);
    }

    public override async Task LandAsync(List<UsageFact> rows, CancellationToken cancellation)
    {
        segments++;
        if (!staged)
        {
            await Write.Transaction.SaveAsync("segment", cancellation);
            try
            {
                await CopyAsync($"copy telemetry.usage_daily ({Columns}) from stdin (format binary)", rows, false, cancellation);
                await Write.Transaction.ReleaseAsync("segment", cancellation);
                return;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                await Write.Transaction.RollbackAsync("segment", cancellation);
            }

            staged = true;
            await ExecuteAsync(
                """
                create temp table usage_staging (
                    feature_id int, model_id int, day date, environment smallint, sampling_rate real, reads bigint, requests bigint, segment int) on commit drop
                """, cancellation);
        }

        await CopyAsync($"copy usage_staging ({Columns}, segment) from stdin (format binary)", rows, true, cancellation);
    }

    public override async Task MergeAsync(CancellationToken cancellation)
    {
        if (!staged)
            return;
        await ExecuteAsync(
            $"""
             insert into telemetry.usage_daily as present ({Columns})
             select distinct on (feature_id, model_id, day, environment) {Columns} from usage_staging
             order by feature_id, model_id, day, environment, segment desc
             on conflict (feature_id, model_id, day, environment) do update
             set sampling_rate = excluded.sampling_rate, reads = excluded.reads, requests = excluded.requests
             where (present.sampling_rate, present.reads, present.requests) is distinct from (excluded.sampling_rate, excluded.reads, excluded.requests)
             """, cancellation);
    }

    private async Task CopyAsync(string copy, List<UsageFact> rows, bool numbered, CancellationToken cancellation)
    {
        await using var writer = await CopyWriter.BeginAsync(Connection, copy, cancellation);
        foreach (var row in rows)
        {
            writer.Row((short)(numbered ? 8 : 7));
            writer.Int32(row.FeatureId);
            writer.Int32(row.ModelId);
            writer.Int32(row.Day);
            writer.Int16((short)row.Environment);
            if (float.IsNaN(row.SamplingRate))
                writer.Null();
            else
                writer.Real(row.SamplingRate);
            writer.Int64(row.Reads);
            writer.Int64(row.Requests);
            if (numbered)
                writer.Int32(segments);
            if (writer.IsFull)
                await writer.FlushAsync(cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }
}
