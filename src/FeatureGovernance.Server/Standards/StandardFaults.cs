using FeatureGovernance.Core.Checks;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Standards;
using Npgsql;

namespace FeatureGovernance.Server.Standards;

/// <summary>What of the standards each feature fails as it stands, made ready for the adoption check: graver than information only.</summary>
internal sealed class StandardFaults
{
    private readonly Dictionary<int, (string Sentence, RuleLevel Level)> faults = [];

    public static async Task<StandardFaults> ReadAsync(
        NpgsqlConnection connection, StandardShelf shelf, Selection selection, DateTimeOffset now, CancellationToken cancellation)
    {
        var book = await shelf.OpenAsync(connection, now, cancellation);
        var read = new StandardFaults();
        // Features that fail the same share one sentence.
        var sentences = new Dictionary<string, string>(StringComparer.Ordinal);
        var found = new List<RuleVerdict>();
        await foreach (var (id, record) in FeatureRecords.ReadAsync(connection, selection, now, cancellation))
        {
            book.Judge(record, null, found);
            found.RemoveAll(verdict => !verdict.Failed || verdict.Level < RuleLevel.Warn);
            if (found.Count == 0)
                continue;
            var sentence = Sentence(found);
            if (!sentences.TryGetValue(sentence, out var shared))
                sentences.Add(sentence, shared = sentence);
            read.faults[id] = (shared, found.Max(verdict => verdict.Level));
        }

        return read;
    }

    public FeatureEntry On(int id, FeatureEntry entry) =>
        faults.TryGetValue(id, out var fault) ? entry with { StandardFault = fault.Sentence, StandardLevel = fault.Level } : entry;

    private static string Sentence(List<RuleVerdict> found)
    {
        var names = found.Select(verdict => verdict.Standard.Standard.Name).Distinct(StringComparer.Ordinal).ToList();
        return $"The feature fails the {string.Join(" and the ", names)} standard{(names.Count > 1 ? "s" : "")}: {string.Join(", ", found.Select(verdict => verdict.Message))}.";
    }
}
