using System.Globalization;
using System.Text;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.BrowserTests.Fixtures;

/// <summary>A label with a sample that the server has measured.</summary>
internal static class MeasuredLabels
{
    private const int Rows = 600;

    /// <summary>Registers a label of a team and has a sample of it measured; its key.</summary>
    public static async Task<string> MeasuredLabelAsync(this Api api, string team)
    {
        await api.FeatureAsync("outcome:clicked", team, kind: "label");
        var id = (await api.SendBytesAsync(
            HttpMethod.Post, "valuations?label=clicked&time=at&labelTime=known&labelKey=outcome%3Aclicked", Encoding.UTF8.GetBytes(Sample()), "text/csv"))
                .Expect(202).Number("id");
        (await api.EndOfAsync($"valuations/{id}")).Text("state").Should().Be("succeeded");
        return "outcome:clicked";
    }

    private static string Sample()
    {
        var random = new Random(1);
        var csv = new StringBuilder("a,b,seen,at,known,clicked\n");
        for (var row = 0; row < Rows; row++)
        {
            double a = random.NextDouble(), b = random.NextDouble();
            var (at, clicked) = (new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddHours(row), a + b > 1 != random.NextDouble() < 0.05 ? 1 : 0);
            csv.AppendLine(string.Create(
                CultureInfo.InvariantCulture, $"{a},{b},{clicked + (0.1 * random.NextDouble())},{at:yyyy-MM-dd HH:mm:ss},{at.AddMinutes(random.Next(1, 600)):yyyy-MM-dd HH:mm:ss},{(row % 9 == 0 ? "" : clicked)}"));
        }

        return csv.ToString();
    }
}
