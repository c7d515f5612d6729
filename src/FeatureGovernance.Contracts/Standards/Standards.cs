namespace FeatureGovernance.Contracts.Standards;

/// <summary>A standard in a list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Team">The team whose addition it is; null for the organisation's own.</param>
/// <param name="Version">The newest version; 0 where it is the shipped one.</param>
/// <param name="InForce">The version in force today; null where none is yet.</param>
/// <param name="EffectiveFrom">The first day of the newest version; null where it held at once.</param>
/// <param name="Rules">How many rules the newest version has.</param>
/// <param name="UpdatedAt">When it was put; null for the shipped one.</param>
public sealed record StandardSummary(string Name, string? Team, int Version, int? InForce, DateOnly? EffectiveFrom, int Rules, DateTimeOffset? UpdatedAt);

/// <summary>A standard in one version.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Team">The team whose addition it is; null for the organisation's own.</param>
/// <param name="Version">Counts every change of the document; also the ETag of the newest.</param>
/// <param name="EffectiveFrom">Its first day; null where it held at once.</param>
/// <param name="Actor">Who put it; null for the shipped one.</param>
/// <param name="At">When.</param>
/// <param name="Rules">Its rules.</param>
/// <param name="Document">The document as it was sent.</param>
public sealed record StandardView(
    string Name, string? Team, int Version, DateOnly? EffectiveFrom, string? Actor, DateTimeOffset? At, IReadOnlyList<RuleView> Rules, string Document);

/// <summary>One rule of a standard.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Kind">What it looks at.</param>
/// <param name="Level"><c>error</c>, <c>warn</c> or <c>info</c>.</param>
/// <param name="For">The lowest level of the scorecard that asks for it.</param>
/// <param name="Remedy">What to do where it fails.</param>
public sealed record RuleView(string Id, string Kind, string Level, string? For, string Remedy);

/// <summary>One difference between two versions.</summary>
/// <param name="Path">For example <c>rules.described.level</c>.</param>
/// <param name="Before">Null where it was not there.</param>
/// <param name="After">Null where it is there no more.</param>
public sealed record StandardDifference(string Path, string? Before, string? After);

/// <summary>How two versions differ.</summary>
/// <param name="Name">The standard.</param>
/// <param name="From">The earlier version.</param>
/// <param name="To">The later.</param>
/// <param name="Changes">By path.</param>
public sealed record StandardDifferences(string Name, int From, int To, IReadOnlyList<StandardDifference> Changes);

/// <summary>What a rule finds of a feature.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Standard">The document it stands in.</param>
/// <param name="Level">As serious as it is for this feature today.</param>
/// <param name="Standing"><c>failed</c>, <c>unknown</c> or <c>exempt</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="GraceUntil">Until when it only warns.</param>
/// <param name="Exemption">The exemption that covers it.</param>
/// <param name="ExemptUntil">Until when.</param>
public sealed record RuleFinding(
    string Rule, string Standard, string Level, string Standing, string Message, string Detail, string Remedy,
    DateOnly? GraceUntil, int? Exemption, DateTimeOffset? ExemptUntil);

/// <summary>A feature against every standard in force.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Stage">The stage it was judged at or for.</param>
/// <param name="Verdict"><c>fail</c> where an error fails, <c>warn</c> where a warning does, else <c>pass</c>.</param>
/// <param name="Rules">How many rules concern it as it stands.</param>
/// <param name="Findings">Everything it does not plainly meet, the gravest first.</param>
public sealed record FeatureStanding(string Feature, string Stage, string Verdict, int Rules, IReadOnlyList<RuleFinding> Findings);

/// <summary>A feature that would fail what it does not fail today.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Team">Its team.</param>
/// <param name="Findings">What it would newly fail, or fail more gravely.</param>
public sealed record NewlyFailing(string Feature, string Team, IReadOnlyList<RuleFinding> Findings);

/// <summary>How many features one rule would touch.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Level">Its level.</param>
/// <param name="Fails">Features that would fail it.</param>
/// <param name="NewlyFails">Of those, features that do not fail it today.</param>
public sealed record RuleTotals(string Rule, string Level, int Fails, int NewlyFails);

/// <summary>What a standard would do if it were put.</summary>
/// <param name="Name">The standard.</param>
/// <param name="On">The day for which it was tried.</param>
/// <param name="Features">Features judged.</param>
/// <param name="NewlyFailing">Features that would newly fail an error or a warning.</param>
/// <param name="NewlyFailingErrors">Of those, features that would newly fail an error.</param>
/// <param name="NoLongerFailing">Features that would fail no error or warning any more.</param>
/// <param name="Rules">By rule of the document.</param>
/// <param name="Items">A page of the newly failing, by key.</param>
/// <param name="NextCursor">Pass it as <c>cursor</c>, with the same document, for the next page; null on the last.</param>
public sealed record DryRunReport(
    string Name, DateOnly On, int Features, int NewlyFailing, int NewlyFailingErrors, int NoLongerFailing,
    IReadOnlyList<RuleTotals> Rules, IReadOnlyList<NewlyFailing> Items, string? NextCursor);
