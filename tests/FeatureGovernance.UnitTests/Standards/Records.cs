using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Standards;

namespace FeatureGovernance.UnitTests.Standards;

/// <summary>Features and standards that tests start from.</summary>
internal static class Records
{
    public static readonly DateTimeOffset Now = new(2031, 5, 5, 12, 0, 0, TimeSpan.Zero);

    public static FeatureRecord Feature(string key = "user:age", Stage stage = Stage.Adopted) => new()
    {
        At = Now,
        Key = key,
        Group = key.Split(':')[0],
        Name = key.Split(':')[1],
        Team = "owners",
        Teams = ["owners", "above"],
        Stage = stage,
        StageSince = Now.AddDays(-40),
        CreatedAt = Now.AddDays(-100),
        Description = "Age in full years.",
        DataType = DataType.Int64,
        Leads = 1,
        SourceTable = "people",
    };

    public static FeatureRecord With(this FeatureRecord feature, EvidenceKind kind, double value, double daysAgo = 0) =>
        feature with { Evidence = feature.Evidence.SetItem(kind, new(value, Now.AddDays(-daysAgo))) };

    public static Standard Standard(string rules, string head = "name: org")
    {
        var read = StandardReader.Read($"{head}\nrules:\n{rules}");
        read.Faults.Should().BeEmpty();
        return read.Standard!;
    }

    public static StandardBook Book(params Standard[] standards) => StandardBook.Of(standards.Select(standard => new VersionedStandard(standard, 1)), []);

    public static StandardBook Book(Standard standard, params Exemption[] exemptions) => StandardBook.Of([new(standard, 1)], exemptions);

    public static string[] Failing(this StandardBook book, FeatureRecord feature, Stage? entering = null) =>
        [.. book.Judge(feature, entering).Where(verdict => verdict.Failed).Select(verdict => $"{verdict.Rule.Id} {verdict.Level}")];
}
