using System.Collections.Immutable;
using static FeatureGovernance.Server.Registry.Feast.FeastRecords;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Reads the four kinds of view into one record.</summary>
internal static class FeastGroups
{
    public static FeastGroup Batch(Wire.FeatureView view)
    {
        var spec = view.Spec;
        return new(
            Text(spec.Project),
            Text(spec.Name),
            FeastGroupKind.Batch,
            [.. spec.Entities.Select(Text)],
            [.. spec.EntityColumns.Select(FeatureOf)],
            [.. spec.Features.Select(FeatureOf)],
            Span(spec.Ttl),
            spec.Online,
            spec.Disabled,
            Text(spec.Owner),
            Text(spec.Org),
            Text(spec.Description),
            Tags(spec.Tags),
            Sources(spec.Project, spec.BatchSource, spec.StreamSource),
            [.. spec.SourceViews.Select(Whole)],
            Transformation(spec.FeatureTransformation, deprecated: null, spec.Mode),
            Aggregations: []);
    }

    public static FeastGroup Stream(Wire.StreamFeatureView view)
    {
        var spec = view.Spec;
        return new(
            Text(spec.Project),
            Text(spec.Name),
            FeastGroupKind.Stream,
            [.. spec.Entities.Select(Text)],
            [.. spec.EntityColumns.Select(FeatureOf)],
            [.. spec.Features.Select(FeatureOf)],
            Span(spec.Ttl),
            spec.Online,
            spec.Disabled,
            Text(spec.Owner),
            Text(spec.Org),
            Text(spec.Description),
            Tags(spec.Tags),
            Sources(spec.Project, spec.BatchSource, spec.StreamSource),
            Upstream: [],
            Transformation(spec.FeatureTransformation, spec.UserDefinedFunction, spec.Mode),
            [.. spec.Aggregations.Select(Aggregation)]);
    }

    public static FeastGroup OnDemand(Wire.OnDemandFeatureView view)
    {
        var spec = view.Spec;
        var sources = spec.Sources.OrderBy(source => source.Key, StringComparer.Ordinal).Select(source => source.Value).ToList();
        return new(
            Text(spec.Project),
            Text(spec.Name),
            FeastGroupKind.OnDemand,
            [.. spec.Entities.Select(Text)],
            [.. spec.EntityColumns.Select(FeatureOf)],
            [.. spec.Features.Select(FeatureOf)],
            Ttl: null,
            spec.WriteToOnlineStore,
            spec.Disabled,
            Text(spec.Owner),
            Text(spec.Org),
            Text(spec.Description),
            Tags(spec.Tags),
            Sources(spec.Project, [.. sources.Select(source => source.RequestDataSource)]),
            [.. sources.Select(Upstream).OfType<FeastProjection>()],
            Transformation(spec.FeatureTransformation, spec.UserDefinedFunction, spec.Mode),
            [.. spec.Aggregations.Select(Aggregation)]);
    }

    public static FeastGroup Label(Wire.LabelView view)
    {
        var spec = view.Spec;
        return new(
            Text(spec.Project),
            Text(spec.Name),
            FeastGroupKind.Label,
            [.. spec.Entities.Select(Text)],
            [.. spec.EntityColumns.Select(FeatureOf)],
            // Who gave the label is a column of the view and no label itself.
            [.. spec.Features.Where(feature => feature.Name != spec.LabelerField).Select(FeatureOf)],
            Span(spec.Ttl),
            spec.Online,
            Disabled: false,
            Text(spec.Owner),
            Organisation: "",
            Text(spec.Description),
            Tags(spec.Tags),
            Sources(spec.Project, spec.Source),
            Upstream: [],
            Transformation: null,
            Aggregations: []);
    }

    private static ImmutableArray<FeastSource> Sources(string project, params ReadOnlySpan<Wire.DataSource?> sources) =>
        [.. sources.ToArray().OfType<Wire.DataSource>().Select(source => FeastSources.Read(source, Text(project)))];

    private static FeastProjection? Upstream(Wire.OnDemandSource source) => source.SourceCase switch
    {
        Wire.OnDemandSource.SourceOneofCase.FeatureViewProjection => Projection(source.FeatureViewProjection),
        Wire.OnDemandSource.SourceOneofCase.FeatureView when source.FeatureView.Spec is { } spec => Whole(spec),
        _ => null,
    };

    private static FeastProjection Whole(Wire.FeatureViewSpec view) => new(
        Text(view.Name),
        Alias: null,
        [.. view.Features.Select(feature => Text(feature.Name))],
        ImmutableSortedDictionary<string, string>.Empty);
}
