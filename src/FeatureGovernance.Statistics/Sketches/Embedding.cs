namespace FeatureGovernance.Statistics.Sketches;

/// <summary>What a profile takes of a vector.</summary>
/// <param name="Norm">Its Euclidean length; NaN where a part of it is missing or not a number.</param>
/// <param name="Dimension">How many numbers it has.</param>
public readonly record struct Embedding(double Norm, long Dimension);
