using System.Globalization;

namespace FeatureGovernance.Core.Drift;

/// <summary>Reads texts that are numbers but for some, as a column becomes where a few of its values are of another type.</summary>
internal static class WrittenNumbers
{
    // With fewer numbers the texts are what the column is.
    private const double LeastShare = 0.6;

    /// <summary>The column as numbers, NaN but not missing where a text is none; unchanged where most texts are none.</summary>
    public static ValueColumn Read(ValueColumn column)
    {
        if (column.Texts is not { } texts)
            return column;
        var numbers = new double[texts.Length];
        int read = 0, present = 0;
        for (var row = 0; row < numbers.Length; row++)
        {
            numbers[row] = double.NaN;
            if (column.Missing[row] || texts[row] is not { } text)
                continue;
            present++;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
                (numbers[row], read) = (number, read + 1);
            else if (present > 1000 && read < present * LeastShare / 2)
                return column;
        }

        // Codes with leading zeros (postcodes) are names that look like numbers.
        return read == 0 || read < LeastShare * present || texts.Any(t => t is { Length: > 1 } && t[0] == '0' && t[1] is >= '0' and <= '9')
            ? column
            : column with { Numbers = numbers, Texts = null };
    }
}
