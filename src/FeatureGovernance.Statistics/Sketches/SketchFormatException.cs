namespace FeatureGovernance.Statistics.Sketches;

/// <summary>Bytes that are no well-formed sketch: says where the fault lies and what it is.</summary>
public sealed class SketchFormatException : FormatException
{
    /// <summary>Names a fault.</summary>
    /// <param name="offset">The byte, from 0, at which the faulty field begins.</param>
    /// <param name="reason">What is wrong there, as one sentence without a full stop.</param>
    public SketchFormatException(long offset, string reason)
        : base($"{reason} (at byte {offset}).") => (Offset, Reason) = (offset, reason);

    /// <summary>The byte, from 0, at which the faulty field begins.</summary>
    public long Offset { get; }

    /// <summary>What is wrong there.</summary>
    public string Reason { get; }
}
