namespace FeatureGovernance.Contracts.Registry;

/// <summary>What an import did; importing the same file again counts everything as unchanged.</summary>
/// <param name="Features">Counts of features.</param>
/// <param name="Models">Counts of models.</param>
/// <param name="ModelVersions">Counts of manifests.</param>
/// <param name="Groups">Counts of feature groups.</param>
/// <param name="Entities">Counts of entities.</param>
/// <param name="Sources">Counts of data sources.</param>
/// <param name="Changes">What was created or changed, by name; the first 1,000.</param>
/// <param name="Absent">Features of the imported projects that the file no longer defines; nothing is done to them. The first 1,000.</param>
/// <param name="Refused">What could not be registered, and why; the first 1,000.</param>
/// <param name="Notes">What was imported with an adjustment.</param>
/// <param name="Unknown">Fields that were not understood.</param>
/// <param name="NotImported">Parts that are understood and not taken over.</param>
public sealed record ImportResult(
    ImportCounts Features, ImportCounts Models, ImportCounts ModelVersions, ImportCounts Groups, ImportCounts Entities, ImportCounts Sources,
    IReadOnlyList<ImportChange> Changes, IReadOnlyList<string> Absent, IReadOnlyList<ImportRemark> Refused, IReadOnlyList<ImportRemark> Notes,
    IReadOnlyList<UnknownField> Unknown, IReadOnlyList<OmittedPart> NotImported);

/// <summary>How many of a kind were created, updated and unchanged.</summary>
public sealed record ImportCounts(int Created, int Updated, int Unchanged);

/// <summary>One thing created or changed.</summary>
public sealed record ImportChange(string Kind, string Name, string Change);

/// <summary>Something to know about one thing.</summary>
public sealed record ImportRemark(string Code, string Subject, string Message);

/// <summary>A field that was not understood.</summary>
public sealed record UnknownField(string MessageType, string Field, string FirstPath, int Count);

/// <summary>A part that is understood and not taken over.</summary>
public sealed record OmittedPart(string Part, int Count);

/// <summary>A group of features, in Feast a feature view.</summary>
public sealed record FeatureGroupView(
    string Name, string? Project, string? Kind, IReadOnlyList<string> Entities, IReadOnlyList<string> Sources, string? Freshness, bool? Online,
    string? Owner, string? Description, IReadOnlyDictionary<string, string> Tags);

/// <summary>What features describe.</summary>
public sealed record EntityView(
    string Name, string? Project, IReadOnlyList<string> JoinKeys, string DataType, string? Owner, string? Description,
    IReadOnlyDictionary<string, string> Tags);

/// <summary>Where values come from.</summary>
public sealed record DataSourceView(
    string Name, string? Project, string System, string? Location, string? TimestampColumn, string? CreatedColumn, string? Owner, string? Description,
    IReadOnlyDictionary<string, string> Tags);
