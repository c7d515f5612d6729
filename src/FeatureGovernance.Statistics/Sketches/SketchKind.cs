namespace FeatureGovernance.Statistics.Sketches;

/// <summary>What a serialized sketch summarises, and of what items.</summary>
public enum SketchKind
{
    /// <summary>Quantiles of 64-bit floating point.</summary>
    KllDouble,

    /// <summary>Quantiles of 32-bit floating point.</summary>
    KllFloat,

    /// <summary>Quantiles of 64-bit whole numbers.</summary>
    KllLong,

    /// <summary>Quantiles of strings.</summary>
    KllString,

    /// <summary>Quantiles of nothing yet: an empty sketch does not say of what.</summary>
    Kll,

    /// <summary>Distinct items in 4-bit registers.</summary>
    Hll4,

    /// <summary>Distinct items in 6-bit registers.</summary>
    Hll6,

    /// <summary>Distinct items in 8-bit registers.</summary>
    Hll8,

    /// <summary>Frequent 64-bit whole numbers.</summary>
    FrequentLong,

    /// <summary>Frequent strings.</summary>
    FrequentString,

    /// <summary>Frequent items, none yet: an empty sketch does not say of what.</summary>
    Frequent,
}

/// <summary>The names of the kinds, as in file names and on the command line.</summary>
public static class SketchKinds
{
    private static readonly string[] Names =
        ["kll_double", "kll_float", "kll_long", "kll_string", "kll", "hll4", "hll6", "hll8", "frequent_long", "frequent_string", "frequent"];

    /// <summary>The kinds that can be asked for: all but those of empty sketches of unknown items.</summary>
    public static IEnumerable<string> Askable => Names.Where(name => name is not ("kll" or "frequent"));

    /// <summary>The name, for example <c>kll_double</c>.</summary>
    public static string Name(this SketchKind kind) => Names[(int)kind];

    /// <summary>The kind of a name; null where no kind has it.</summary>
    public static SketchKind? Parse(string? name) => Array.IndexOf(Names, name) is >= 0 and var index ? (SketchKind)index : null;
}
