using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>A proposal as kept: the document with its features' numbers and the count of its changes.</summary>
internal sealed record StoredProposal(int Id, int Version, Proposal Proposal, ImmutableArray<ProposedId> Features);

/// <summary>Reads and writes proposals. Features and teams are held by number beside the document, so a rename is followed.</summary>
internal static class ProposalStore
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        IgnoreReadOnlyProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private const string Select = """
        select p.id, p.revision, p.document::text, f.ids, f.keys, f.replacement_ids, f.replacements, t.before, t.after
        from lifecycle.proposal p
        cross join lateral (
            select array_agg(x.feature_id order by x.ordinal) as ids, array_agg(a.key order by x.ordinal) as keys,
                   array_agg(x.replacement_id order by x.ordinal) as replacement_ids, array_agg(b.key order by x.ordinal) as replacements
            from lifecycle.proposal_feature x
            join registry.feature a on a.id = x.feature_id
            left join registry.feature b on b.id = x.replacement_id
            where x.proposal_id = p.id) f
        cross join lateral (
            select coalesce(array_agg(v.team), '{}') as before, coalesce(array_agg(n.slug), '{}') as after
            from lifecycle.proposal_reviewer v join registry.team n on n.id = v.team_id
            where v.proposal_id = p.id and v.team <> n.slug) t
        """;

    public static async Task<StoredProposal?> FindAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        (await ReadAsync(connection, "where p.id = $1", [new() { Value = id }], cancellation)).SingleOrDefault();

    /// <summary>Locks the proposal until the transaction ends; null where there is none, or where it is held and <paramref name="skip"/> is set.</summary>
    public static async Task<StoredProposal?> LockAsync(NpgsqlConnection connection, int id, CancellationToken cancellation, bool skip = false)
    {
        await using (var command = new NpgsqlCommand($"select id from lifecycle.proposal where id = $1 for update {(skip ? "skip locked" : "")}", connection))
        {
            command.Parameters.Add(new() { Value = id });
            if (await command.ExecuteScalarAsync(cancellation) is null)
                return null;
        }

        return await FindAsync(connection, id, cancellation);
    }

    /// <summary>The open proposals that hold some of the features, by feature.</summary>
    public static async Task<Dictionary<int, Proposal>> HoldingAsync(NpgsqlConnection connection, int[] features, CancellationToken cancellation)
    {
        var stored = await ReadAsync(connection,
            "where p.id in (select proposal_id from lifecycle.proposal_feature where is_open and feature_id = any($1))",
            [new() { Value = features }], cancellation);
        return stored.SelectMany(one => one.Features.Select(feature => (feature.Id, one.Proposal))).ToDictionary(pair => pair.Id, pair => pair.Proposal);
    }

    /// <param name="condition">SQL after the select list, with numbered parameters; never made of input.</param>
    public static async Task<List<StoredProposal>> ReadAsync(
        NpgsqlConnection connection, string condition, NpgsqlParameter[] parameters, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Select} {condition}", connection);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<StoredProposal>();
        while (await reader.ReadAsync(cancellation))
            found.Add(Read(reader));
        return found;
    }

    public static async Task<int> DrawIdAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select nextval('lifecycle.proposal_id')::int", connection);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public static async Task InsertAsync(WriteTransaction write, StoredProposal stored, string evidence, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into lifecycle.proposal (id, revision, document, state, proposer, submitted_at, state_since, next_step_at, notice_began, sunset, updated_at, next_chase_at, evidence)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)
            """, write.Connection);
        AddColumns(command, stored, write.Now);
        command.Parameters.Add(new() { Value = evidence, NpgsqlDbType = NpgsqlDbType.Json });
        await command.ExecuteNonQueryAsync(cancellation);
        await WriteFeaturesAsync(write.Connection, stored, cancellation);
        await WriteReviewersAsync(write.Connection, stored, cancellation);
    }

    /// <param name="evidence">The evidence frozen anew with an amendment; null where it stays.</param>
    public static async Task<StoredProposal> UpdateAsync(
        WriteTransaction write, StoredProposal stored, Proposal proposal, CancellationToken cancellation, ImmutableArray<ProposedId>? features = null,
        string? evidence = null)
    {
        var next = stored with { Version = stored.Version + 1, Proposal = proposal, Features = features ?? stored.Features };
        await using var command = new NpgsqlCommand("""
            update lifecycle.proposal set revision = $2, document = $3, state = $4, proposer = $5, submitted_at = $6, state_since = $7,
                   next_step_at = $8, notice_began = $9, sunset = $10, updated_at = $11, next_chase_at = $11, evidence = coalesce($12, evidence)
            where id = $1
            """, write.Connection);
        AddColumns(command, next, write.Now);
        command.Parameters.Add(new() { Value = (object?)evidence ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Json });
        await command.ExecuteNonQueryAsync(cancellation);
        if (features is not null || stored.Proposal.IsOpen != proposal.IsOpen)
            await WriteFeaturesAsync(write.Connection, next, cancellation);
        await WriteReviewersAsync(write.Connection, next, cancellation);
        return next;
    }

    public static bool Same(Proposal a, Proposal b) => JsonSerializer.Serialize(a, Format) == JsonSerializer.Serialize(b, Format);

    private static void AddColumns(NpgsqlCommand command, StoredProposal stored, DateTimeOffset now)
    {
        var proposal = stored.Proposal;
        command.Parameters.Add(new() { Value = stored.Id });
        command.Parameters.Add(new() { Value = stored.Version });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(proposal, Format), NpgsqlDbType = NpgsqlDbType.Json });
        command.Parameters.Add(new() { Value = (short)proposal.State });
        command.Parameters.Add(new() { Value = proposal.Proposer });
        command.Parameters.Add(new() { Value = proposal.SubmittedAt });
        command.Parameters.Add(new() { Value = proposal.StateSince });
        command.Parameters.Add(Instant(NextStep(proposal)));
        command.Parameters.Add(Instant(proposal.NoticeBegan));
        command.Parameters.Add(new() { Value = proposal.Plan.Sunset });
        command.Parameters.Add(new() { Value = now });
    }

    // From disabled on the waiting time is the policy's, which may change; the job's query counts it from state_since.
    private static DateTimeOffset? NextStep(Proposal proposal) => proposal.State switch
    {
        ProposalState.Approved => proposal.StateSince,
        ProposalState.Notice => proposal.NoticeEnds,
        ProposalState.Brownout => proposal.BrownoutEnds,
        ProposalState.Submitted or ProposalState.Disabled or ProposalState.Removed or ProposalState.Withdrawn
            or ProposalState.Rejected or ProposalState.RolledBack => null,
    };

    private static async Task WriteFeaturesAsync(NpgsqlConnection connection, StoredProposal stored, CancellationToken cancellation)
    {
        await using (var clear = new NpgsqlCommand("delete from lifecycle.proposal_feature where proposal_id = $1", connection))
        {
            clear.Parameters.Add(new() { Value = stored.Id });
            await clear.ExecuteNonQueryAsync(cancellation);
        }

        await using var insert = new NpgsqlCommand("""
            insert into lifecycle.proposal_feature (proposal_id, feature_id, replacement_id, ordinal, is_open)
            select $1, feature_id, replacement_id, ordinal, $4 from unnest($2, $3) with ordinality as x (feature_id, replacement_id, ordinal)
            """, connection);
        insert.Parameters.Add(new() { Value = stored.Id });
        insert.Parameters.Add(new() { Value = stored.Features.Select(feature => feature.Id).ToArray() });
        insert.Parameters.Add(new() { Value = stored.Features.Select(feature => feature.ReplacementId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        insert.Parameters.Add(new() { Value = stored.Proposal.IsOpen });
        await insert.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task WriteReviewersAsync(NpgsqlConnection connection, StoredProposal stored, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with wanted as (select id, slug from registry.team where slug = any($2)),
                 gone as (delete from lifecycle.proposal_reviewer where proposal_id = $1 and team_id not in (select id from wanted))
            insert into lifecycle.proposal_reviewer (proposal_id, team_id, team) select $1, id, slug from wanted
            on conflict (proposal_id, team_id) do update set team = excluded.team where proposal_reviewer.team <> excluded.team
            """, connection);
        command.Parameters.Add(new() { Value = stored.Id });
        command.Parameters.Add(new() { Value = stored.Proposal.Reviews.Select(review => review.Team).ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static StoredProposal Read(NpgsqlDataReader reader)
    {
        var ids = reader.GetFieldValue<int[]>(3);
        var keys = reader.GetFieldValue<string[]>(4);
        var replacementIds = reader.GetFieldValue<int?[]>(5);
        var replacements = reader.GetFieldValue<string?[]>(6);
        ImmutableArray<ProposedId> features = [.. ids.Select((id, i) => new ProposedId(id, keys[i], replacementIds[i], replacements[i]))];
        var proposal = JsonSerializer.Deserialize<Proposal>(reader.GetString(2), Format)!;
        proposal = proposal with { Features = [.. features.Select(feature => new ProposedFeature(feature.Key, feature.Replacement))] };
        var before = reader.GetFieldValue<string[]>(7);
        var after = reader.GetFieldValue<string[]>(8);
        return new(reader.GetInt32(0), reader.GetInt32(1), before.Length == 0 ? proposal : Renamed(proposal, team =>
            Array.IndexOf(before, team) is >= 0 and var found ? after[found] : team), features);
    }

    private static Proposal Renamed(Proposal proposal, Func<string, string> name) => proposal with
    {
        Reviews = [.. proposal.Reviews.Select(review => review with { Team = name(review.Team) })],
        Votes = [.. proposal.Votes.Select(vote => vote with { Team = name(vote.Team) })],
        Objections = [.. proposal.Objections.Select(objection => objection with { Team = name(objection.Team) })],
        Delegations = [.. proposal.Delegations.Select(delegation => delegation with { Team = name(delegation.Team) })],
    };

    private static NpgsqlParameter Instant(DateTimeOffset? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
