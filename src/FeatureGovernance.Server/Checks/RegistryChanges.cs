namespace FeatureGovernance.Server.Checks;

/// <summary>What the audit trail says was touched since a snapshot, as far as checks and sign-in need it.</summary>
internal sealed class RegistryChanges
{
    /// <summary>Features to read again.</summary>
    public HashSet<int> Features { get; } = [];

    /// <summary>Teams whose features are to be read again: they show the team's name, and whether it has a lead.</summary>
    public HashSet<int> Teams { get; } = [];

    /// <summary>Models to read again, with their adoptions and the manifest that is live.</summary>
    public HashSet<int> Models { get; } = [];

    /// <summary>Whether dates or reasons of features on notice may have changed.</summary>
    public bool Notices { get; private set; }

    /// <summary>Whether someone's rights may have changed.</summary>
    public bool Rights { get; private set; }

    /// <summary>A subject that this server knows nothing of, so that everything is to be read again; null where there is none.</summary>
    public string? Unknown { get; private set; }

    public bool TouchSnapshot => Features.Count > 0 || Teams.Count > 0 || Models.Count > 0 || Notices;

    public void Add(string subjectKind, int subjectId)
    {
        switch (subjectKind)
        {
            case "feature":
                Features.Add(subjectId);
                break;
            case "model" or "adoption":
                // An adoption event bears the model's number: whole lists of features are decided at once.
                Models.Add(subjectId);
                break;
            case "proposal" or "deprecation":
                Notices = true;
                break;
            case "team":
                Teams.Add(subjectId);
                Rights = true;
                break;
            case "token":
                Rights = true;
                break;
            case "notice-channel" or "notice-preferences" or "notice-delivery":
            case "batch" or "partition" or "resource" or "scoring-run" or "valuation" or "import" or "draft" or "migration" or "guardrail":
            case "report" or "pool" or "observations" or "supply" or "driver" or "scenario" or "plan" or "drift-run" or "incident" or "scan" or "saved-view":
                // An import writes an event of its own for each feature and model it touches.
                break;
            default:
                Unknown = subjectKind;
                break;
        }
    }
}
