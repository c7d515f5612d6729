namespace FeatureGovernance.Core.Registry;

/// <summary>What a registered input is to a model.</summary>
public enum FeatureKind
{
    /// <summary>A scalar or categorical input.</summary>
    Feature,

    /// <summary>What a model is trained to predict.</summary>
    Label,

    /// <summary>A dense vector input.</summary>
    Embedding,
}

/// <summary>What a model does with its features.</summary>
public enum ModelKind
{
    /// <summary>Orders candidates.</summary>
    Ranking,

    /// <summary>Finds candidates.</summary>
    Retrieval,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>How much care a feature's values need.</summary>
public enum Sensitivity
{
    /// <summary>May be shown to anyone.</summary>
    Public,

    /// <summary>For use inside the organisation.</summary>
    Internal,

    /// <summary>For named uses only.</summary>
    Confidential,

    /// <summary>Tells of an identifiable person.</summary>
    Personal,
}

/// <summary>The type of a feature's value; the names follow Feast's value types.</summary>
public enum DataType
{
    /// <summary>Not stated by the source.</summary>
    Unknown,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>32-bit integer.</summary>
    Int32,

    /// <summary>64-bit integer.</summary>
    Int64,

    /// <summary>32-bit floating point.</summary>
    Float,

    /// <summary>64-bit floating point.</summary>
    Double,

    /// <summary>Text.</summary>
    String,

    /// <summary>Raw bytes.</summary>
    Bytes,

    /// <summary>An instant.</summary>
    Timestamp,

    /// <summary>List of booleans.</summary>
    BoolList,

    /// <summary>List of 32-bit integers.</summary>
    Int32List,

    /// <summary>List of 64-bit integers.</summary>
    Int64List,

    /// <summary>List of 32-bit floats; the usual type of an embedding.</summary>
    FloatList,

    /// <summary>List of 64-bit floats.</summary>
    DoubleList,

    /// <summary>List of text.</summary>
    StringList,

    /// <summary>List of raw bytes.</summary>
    BytesList,

    /// <summary>List of instants.</summary>
    TimestampList,

    /// <summary>A keyed collection or a struct.</summary>
    Map,
}
