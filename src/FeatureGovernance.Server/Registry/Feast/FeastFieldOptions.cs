using System.Collections.Frozen;
using FeatureGovernance.Server.Registry.Feast.Wire;
using Google.Protobuf.Reflection;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Which fields of the format we know and do not take over, as feast_registry.proto marks them.</summary>
internal static class FeastFieldOptions
{
    private static readonly FrozenSet<FieldDescriptor> Marked = FeastRegistryReflection.Descriptor.MessageTypes
        .SelectMany(WithNested)
        .SelectMany(message => message.Fields.InDeclarationOrder())
        .Where(field => field.GetOptions()?.GetExtension(FeastRegistryExtensions.NotImported) ?? false)
        .ToFrozenSet();

    public static bool IsNotImported(this FieldDescriptor field) => Marked.Contains(field);

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) =>
        message.NestedTypes.SelectMany(WithNested).Prepend(message);
}
