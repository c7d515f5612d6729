using FeatureGovernance.Core.Registry;
using ValueType = FeatureGovernance.Server.Registry.Feast.Wire.ValueType;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Feast's value types, by name and as ours.</summary>
internal static class FeastValueTypes
{
    /// <summary>The name Feast gives the type, or its number where we do not know it.</summary>
    public static string Name(ValueType.Types.Enum type) =>
        ValueType.Descriptor.EnumTypes[0].FindValueByNumber((int)type)?.Name ?? $"{(int)type}";

    /// <summary>The type as we hold it: sets as lists, UUIDs as text, decimals as doubles; unknown where there is no counterpart.</summary>
    public static DataType DataTypeOf(ValueType.Types.Enum type) => type switch
    {
        ValueType.Types.Enum.Bool => DataType.Bool,
        ValueType.Types.Enum.Int32 => DataType.Int32,
        ValueType.Types.Enum.Int64 => DataType.Int64,
        ValueType.Types.Enum.Float => DataType.Float,
        ValueType.Types.Enum.Double or ValueType.Types.Enum.Decimal => DataType.Double,
        ValueType.Types.Enum.String or ValueType.Types.Enum.Uuid or ValueType.Types.Enum.TimeUuid => DataType.String,
        ValueType.Types.Enum.Bytes => DataType.Bytes,
        ValueType.Types.Enum.UnixTimestamp or ValueType.Types.Enum.ZonedTimestamp => DataType.Timestamp,
        ValueType.Types.Enum.BoolList or ValueType.Types.Enum.BoolSet => DataType.BoolList,
        ValueType.Types.Enum.Int32List or ValueType.Types.Enum.Int32Set => DataType.Int32List,
        ValueType.Types.Enum.Int64List or ValueType.Types.Enum.Int64Set => DataType.Int64List,
        ValueType.Types.Enum.FloatList or ValueType.Types.Enum.FloatSet => DataType.FloatList,
        ValueType.Types.Enum.DoubleList or ValueType.Types.Enum.DoubleSet => DataType.DoubleList,
        ValueType.Types.Enum.DecimalList or ValueType.Types.Enum.DecimalSet => DataType.DoubleList,
        ValueType.Types.Enum.StringList or ValueType.Types.Enum.StringSet => DataType.StringList,
        ValueType.Types.Enum.UuidList or ValueType.Types.Enum.UuidSet => DataType.StringList,
        ValueType.Types.Enum.TimeUuidList or ValueType.Types.Enum.TimeUuidSet => DataType.StringList,
        ValueType.Types.Enum.BytesList or ValueType.Types.Enum.BytesSet => DataType.BytesList,
        ValueType.Types.Enum.UnixTimestampList or ValueType.Types.Enum.UnixTimestampSet => DataType.TimestampList,
        ValueType.Types.Enum.Map or ValueType.Types.Enum.ScalarMap => DataType.Map,
        ValueType.Types.Enum.Struct or ValueType.Types.Enum.Json => DataType.Map,
        _ => DataType.Unknown,
    };
}
