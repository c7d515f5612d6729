using FeatureGovernance.Core.Checks;
using FsCheck.Xunit;

namespace FeatureGovernance.UnitTests.Checks;

public class EditDistanceTests
{
    [Theory]
    [InlineData("rate", "rate", 0)]
    [InlineData("rate", "rat", 1)]
    [InlineData("rate", "ratee", 1)]
    [InlineData("rate", "rete", 1)]
    [InlineData("rate", "arte", 1)]
    [InlineData("rate_7d", "rate_28d", 2)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    public void It_counts_slips(string left, string right, int slips) => EditDistance.Bounded(left, right, 5).Should().Be(slips);

    [Property]
    public void The_band_changes_nothing_but_what_exceeds_the_limit(byte[] left, byte[] right)
    {
        var (a, b) = (Text(left), Text(right));
        var distance = Plain(a, b);
        foreach (var limit in new[] { 0, 1, 2, 5, 200 })
            EditDistance.Bounded(a, b, limit).Should().Be(Math.Min(distance, limit + 1));
    }

    private static string Text(byte[] bytes) => string.Concat(bytes.Select(value => (char)('a' + (value % 3))));

    // The recurrence as it is written down, over the whole table.
    private static int Plain(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                var cost = Math.Min(Math.Min(table[i - 1, j], table[i, j - 1]) + 1, table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    cost = Math.Min(cost, table[i - 2, j - 2] + 1);
                table[i, j] = cost;
            }
        }

        return table[a.Length, b.Length];
    }
}
