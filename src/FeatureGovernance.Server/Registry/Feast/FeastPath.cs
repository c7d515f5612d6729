using Google.Protobuf.Reflection;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Where in a registry a message is; written out only when something there is reported.</summary>
internal sealed record FeastPath(FeastPath? Parent, FieldDescriptor Field, int Index)
{
    /// <summary>With the index of each repeated field: <c>feature_views[3].spec</c>.</summary>
    public static string Indexed(FeastPath? path) =>
        Write(path, step => step.Field.IsRepeated ? $"{step.Field.Name}[{step.Index}]" : step.Field.Name);

    /// <summary>As <see cref="Indexed"/>, in the names of the JSON form: <c>featureViews[3].spec</c>.</summary>
    public static string InJson(FeastPath? path) =>
        Write(path, step => step.Field.IsRepeated ? $"{step.Field.JsonName}[{step.Index}]" : step.Field.JsonName);

    /// <summary>Without indexes, the same for all messages of a kind: <c>feature_views.spec</c>.</summary>
    public static string Part(FeastPath? path) => Write(path, step => step.Field.Name);

    public static string Join(string parent, string name) => parent.Length == 0 ? name : $"{parent}.{name}";

    private static string Write(FeastPath? path, Func<FeastPath, string> name) =>
        path is null ? "" : Join(Write(path.Parent, name), name(path));
}
