namespace FeatureGovernance.Cli.Demo;

/// <summary>How large the generated organisation is, and when its history ends.</summary>
internal sealed record DemoOptions(int Features, int Models, int Teams, int Days, DateOnly LastDay)
{
    public const int FewestFeatures = 20;

    public DateOnly FirstDay => LastDay.AddDays(1 - Days);
}

/// <summary>What a generated feature truly is.</summary>
internal enum TrueClass
{
    /// <summary>Earns its place.</summary>
    Useful,

    /// <summary>In a manifest, and never read.</summary>
    Unused,

    /// <summary>Says what its twin says, and halves the twin's credit.</summary>
    Redundant,

    /// <summary>Read less, and worth less, from day to day.</summary>
    Decaying,

    /// <summary>Worth a little, at many times the usual cost.</summary>
    Overpriced,

    /// <summary>Read everywhere, and worth next to nothing.</summary>
    Epsilon,

    /// <summary>An old form of its twin, still read beside it.</summary>
    Legacy,
}
