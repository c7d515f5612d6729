using System.Text;
using System.Text.Json;
using FeatureGovernance.ServerTests.Capacity;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Cli;

public sealed class CapacityCommandTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task A_planner_registers_observes_plans_and_prints_from_the_terminal()
    {
        await RunAsync(0, "capacity", "pool", "set", "gpu-a", "--unit", "gpu-hour", "--unit-price", "2.4", "--region", "eu", "--headroom", "0.1");
        (await RunAsync(2, "capacity", "pool", "set", "gpu-b", "--unit", "gpu-hour", "--demand-from", "reads")).Should().Contain("unitsPerMillionReads");
        (await RunAsync(2, "capacity", "pool", "set", "gpu-b", "--unit", "gpu-hour", "--unit-price", "NaN")).Should().Contain("finite number");
        await RunAsync(0, "capacity", "driver", "set", "requests", "--unit", "req");
        (await FeedAsync(0, $$"""{"driver":"requests","day":"{{Planned.Today:yyyy-MM-dd}}","value":5}""", "capacity", "driver", "observe", "-")).Should().Contain("1 of 1 landed");
        (await FeedAsync(2, """{"driver":"nothing","day":"2026-01-01","value":5}""", "capacity", "driver", "observe", "-")).Should().Contain("no driver 'nothing'");
        (await RunAsync(0, "capacity", "driver", "list")).Should().Contain("requests");
        (await RunAsync(0, "capacity", "pool", "set", "gpu-a", "--unit", "gpu-hour", "--unit-price", "2.4", "--region", "eu", "--headroom", "0.1", "--driver", "requests"))
            .Should().Contain("requests");
        var lines = new StringBuilder();
        for (var ago = 120; ago >= 1; ago--)
            lines.AppendLine(JsonSerializer.Serialize(new { pool = "gpu-a", day = $"{Planned.Today.AddDays(-ago):yyyy-MM-dd}", demand = 100 + ago % 7, supply = 150 }));
        (await FeedAsync(0, lines.ToString(), "capacity", "observe", "-")).Should().Contain("120 of 120 landed");
        (await FeedAsync(2, """{"pool":"gpu-a","day":"2026-01-01","demand":-1}""", "capacity", "observe", "-")).Should().Contain("demand");
        await RunAsync(0, "capacity", "supply", "set", "gpu-a", "order-1", "--kind", "delivery", "--amount", "50", "--due",
            $"{Planned.Today.AddDays(60):yyyy-MM-dd}");
        (await RunAsync(2, "capacity", "supply", "set", "gpu-a", "order-2", "--kind", "delivery", "--amount", "50", "--due", "2020-01-01"))
            .Should().Contain("due");
        (await RunAsync(0, "capacity", "supply", "withdraw", "gpu-a", "order-1")).Should().Contain("taken back");
        (await RunAsync(2, "capacity", "supply", "withdraw", "gpu-a", "order-1")).Should().Contain("no supply 'order-1'");

        (await RunAsync(0, "capacity", "plan", "run", "--name", "November", "--wait")).Should().Contain("succeeded");

        (await RunAsync(0, "capacity", "plan", "show", "1", "--pool", "gpu-a")).Should().Contain("demand P10");
        (await RunAsync(0, "capacity", "plan", "show", "1", "--by", "region")).Should().Contain("eu");
        (await RunAsync(2, "capacity", "plan", "show", "1", "--by", "colour")).Should().Contain("no totals by colour");
        (await RunAsync(0, "capacity", "plan", "show", "1", "--csv")).Should().StartWith("pool,unit,period");
        (await RunAsync(0, "capacity", "plan", "report", "1")).Should().StartWith("<!doctype html>").And.Contain("November");
        (await RunAsync(0, "capacity", "plan", "accuracy", "1")).Should().Contain("judged");
        (await RunAsync(2, "capacity", "plan", "show", "99")).Should().Contain("99");
    }

    private Task<string> RunAsync(int code, params string[] words) => server.Admin.CommandAsync(code, words);

    private Task<string> FeedAsync(int code, string input, params string[] words) => server.Admin.CommandAsync(code, words, input);
}
