using System.Collections.Immutable;

namespace FeatureGovernance.Valuation;

/// <summary>What the model is to do.</summary>
public enum ValuationTask
{
    /// <summary>Predict a class.</summary>
    Classification,

    /// <summary>Predict a number.</summary>
    Regression,

    /// <summary>Order the rows of each query.</summary>
    Ranking,
}

/// <summary>Cells in row-major order; NaN is a missing value.</summary>
public sealed record Matrix(float[] Cells, int Rows, int Columns)
{
    /// <summary>One cell.</summary>
    public float this[int row, int column] => Cells[((long)row * Columns) + column];

    /// <summary>One column.</summary>
    public float[] Column(int column)
    {
        var values = new float[Rows];
        for (var row = 0; row < Rows; row++)
            values[row] = this[row, column];
        return values;
    }
}

/// <summary>An evaluation sample, ready to be measured.</summary>
/// <param name="Features">Names in ordinal order, so that the order of the file's columns has no say.</param>
/// <param name="Cells">Rows × features. Text is coded by its ordinal rank among the column's texts.</param>
/// <param name="Categorical">Which columns hold codes of text.</param>
/// <param name="Labels">One per row; class codes for classification.</param>
/// <param name="QuerySizes">For ranking: the rows of each query, in row order; else empty.</param>
/// <param name="Groups">Rows with the same number stay on the same side of every split; null where rows stand alone.</param>
/// <param name="Times">For time-ordered validation; null where there is no time.</param>
/// <param name="Task">What the model is to do.</param>
/// <param name="Classes">How many classes; 1 for other tasks and for two classes, which need one score.</param>
/// <param name="Notes">What was done to the file that a reader should know, each one sentence.</param>
public sealed record Sample(
    ImmutableArray<string> Features,
    Matrix Cells,
    ImmutableArray<bool> Categorical,
    float[] Labels,
    ImmutableArray<int> QuerySizes,
    int[]? Groups,
    double[]? Times,
    ValuationTask Task,
    int Classes,
    ImmutableArray<string> Notes)
{
    /// <summary>How much each row counts, in training and in quality; null where all count the same.</summary>
    public float[]? Weights { get; init; }

    /// <summary>What a model in production predicted for each row; null where it is not known.</summary>
    public double[]? Scores { get; init; }

    /// <summary>The label of every row of the file; null for a sample that was not read from one.</summary>
    public LabelRows? LabelRows { get; init; }
}

/// <summary>The label's side of a file: all its rows, labelled or not, in the file's order.</summary>
/// <param name="Label">The label's column.</param>
/// <param name="Classes">The classes' names by their codes; empty where the label is a number.</param>
/// <param name="Places">Where in the arrays below each row of the sample is found.</param>
/// <param name="Numbers">The number of each row in the file, the first after the header being 1.</param>
/// <param name="IsKnown">Whether the row has a label.</param>
/// <param name="Events">When the row happened, NaN where not told; null where no time was named.</param>
/// <param name="Labelled">When its label became known, NaN where not told; null where no such time was named.</param>
/// <param name="InSeconds">True where both times are dates or time stamps, told in seconds since 1970; else they are bare numbers.</param>
/// <param name="LateColumns">Other columns of times, with the share of their values that lie after the event, where any do.</param>
public sealed record LabelRows(
    string Label,
    ImmutableArray<string> Classes,
    int[] Places,
    long[] Numbers,
    bool[] IsKnown,
    double[]? Events,
    double[]? Labelled,
    bool InSeconds,
    ImmutableArray<(string Column, double Share)> LateColumns);

/// <summary>The file or its content cannot be valued; the message says why and what to do.</summary>
public sealed class SampleException : Exception
{
    /// <summary>A refusal without a reason.</summary>
    public SampleException()
    {
    }

    /// <summary>A refusal with its reason.</summary>
    public SampleException(string message)
        : base(message)
    {
    }

    /// <summary>A refusal caused by another fault.</summary>
    public SampleException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
