namespace FeatureGovernance.Statistics.Inference;

/// <summary>How a series of window scores changed.</summary>
public enum ChangeKind
{
    /// <summary>Away and back within a few windows.</summary>
    Spike,

    /// <summary>From one level to another at once.</summary>
    Step,

    /// <summary>Gradually.</summary>
    Drift,

    /// <summary>The level holds, the scatter does not.</summary>
    Variance,

    /// <summary>A part of the values left; the rest stayed.</summary>
    Mixture,
}

/// <summary>Tells the kinds of change apart by which picture leaves the least unexplained.</summary>
public static class ChangeShape
{
    /// <summary>The kind of a change of level.</summary>
    /// <param name="before">Standardised levels of ordinary windows before, oldest first.</param>
    /// <param name="during">Standardised levels of the windows of the change, oldest first.</param>
    /// <param name="returned">Whether windows after the change are ordinary again.</param>
    /// <remarks>
    /// Step and drift are lines of one and two parameters over the change joined to the windows before it; the Bayesian information
    /// criterion decides.
    /// </remarks>
    public static ChangeKind OfLevel(ReadOnlySpan<double> before, ReadOnlySpan<double> during, bool returned)
    {
        if (during.Length <= 3)
            return returned ? ChangeKind.Spike : ChangeKind.Step;
        // A drift starts near the old level and moves on; a step is at its height from the start.
        double start = before.IsEmpty ? 0 : Average(before), height = Average(during);
        double step = 0, ramp = 0, sxy = 0, sxx = 0;
        for (var i = 0; i < during.Length; i++)
        {
            double x = i + 1;
            sxy += x * (during[i] - start);
            sxx += x * x;
        }

        var slope = sxy / sxx;
        for (var i = 0; i < during.Length; i++)
        {
            step += (during[i] - height) * (during[i] - height);
            var gap = during[i] - start - (slope * (i + 1));
            ramp += gap * gap;
        }

        return ramp < step ? ChangeKind.Drift : ChangeKind.Step;
    }

    /// <summary>The kind of a change of the values within windows, by which quantiles moved.</summary>
    /// <param name="quantiles">Ascending quantiles of the change, at even shares.</param>
    /// <param name="reference">Those of the reference, at the same shares.</param>
    /// <param name="deviation">The standard deviation of the reference.</param>
    /// <returns>Null where most quantiles moved the same way: a change of level.</returns>
    public static ChangeKind? OfShape(ReadOnlySpan<double> quantiles, ReadOnlySpan<double> reference, double deviation)
    {
        int up = 0, down = 0, still = 0;
        for (var i = 0; i < quantiles.Length; i++)
        {
            var moved = (quantiles[i] - reference[i]) / deviation;
            if (moved > 0.25)
                up++;
            else if (moved < -0.25)
                down++;
            else
                still++;
        }

        if (up > 0 && down > 0)
            return ChangeKind.Variance;
        return still >= quantiles.Length / 3 && up + down > 0 ? ChangeKind.Mixture : null;
    }

    private static double Average(ReadOnlySpan<double> numbers)
    {
        double sum = 0;
        foreach (var number in numbers)
            sum += number;
        return sum / numbers.Length;
    }
}
