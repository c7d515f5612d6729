namespace FeatureGovernance.Core.Value;

/// <summary>How a feature's contribution to a model was measured, the most direct first.</summary>
public enum EvidenceMethod
{
    /// <summary>Metric with the feature minus metric of a model trained without it.</summary>
    Ablation,

    /// <summary>Loss of metric when the feature's values are shuffled.</summary>
    Permutation,

    /// <summary>Mean absolute Shapley value.</summary>
    Shap,

    /// <summary>Total split gain in a tree ensemble.</summary>
    Gain,

    /// <summary>Number of splits in a tree ensemble.</summary>
    Split,

    /// <summary>Absolute standardised coefficient of a linear model.</summary>
    Coefficient,
}

/// <summary>What to do about a feature.</summary>
public enum Recommendation
{
    /// <summary>Leave as it is.</summary>
    Keep,

    /// <summary>Valuable, and held back by coverage or freshness.</summary>
    Invest,

    /// <summary>A better twin exists.</summary>
    Migrate,

    /// <summary>Not enough is known, or the signs disagree.</summary>
    Review,

    /// <summary>Take it out.</summary>
    Deprecate,
}
