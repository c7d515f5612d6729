using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Counts what an import does, and names it.</summary>
internal sealed class ImportTally
{
    private const int MostNamed = 1_000;

    private readonly Dictionary<(string Kind, Outcome Outcome), int> counts = [];

    public List<ImportChange> Changes { get; } = [];

    public List<ImportRemark> Refused { get; } = [];

    public void Count(string kind, string name, Outcome outcome)
    {
        counts[(kind, outcome)] = counts.GetValueOrDefault((kind, outcome)) + 1;
        if (outcome != Outcome.Unchanged && Changes.Count < MostNamed)
            Changes.Add(new(kind, name, Words.Of(outcome)));
    }

    public void Refuse(Refusal refusal, string subject)
    {
        if (Refused.Count < MostNamed)
            Refused.Add(new(refusal.Code, subject, refusal.Detail));
    }

    public ImportCounts Counts(string kind) => new(
        counts.GetValueOrDefault((kind, Outcome.Created)), counts.GetValueOrDefault((kind, Outcome.Updated)),
        counts.GetValueOrDefault((kind, Outcome.Unchanged)));
}
