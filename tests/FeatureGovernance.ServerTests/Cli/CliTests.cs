using System.Text;
using System.Text.Json;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Cli;

/// <summary>The command as a user or a script meets it: arguments in; output, errors and exit code out.</summary>
public sealed class CliTests(ApiServer server) : IClassFixture<ApiServer>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("featgov-cli").FullName;

    private sealed record Ran(int Code, string Output, string Errors)
    {
        public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Output);

        public Ran Expect(int code)
        {
            Code.Should().Be(code, "it said {0}{1}", Output, Errors);
            return this;
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_stranger_signs_in_fills_the_registry_and_asks_the_check()
    {
        (await RunAsync("team list")).Expect(2).Errors.Should().Contain("featgov login");
        (await RunAsync("login --token wrong --url", server.Address.AbsoluteUri)).Expect(2).Errors.Should().Contain("featgov login");
        (await RunAsync($"login --token {ApiServer.AdminToken} --url", server.Address.AbsoluteUri)).Expect(0);

        (await RunAsync("demo --features 60 --models 4 --teams 3 --days 10 --seed 3 --json --truth", Named("truth.json"))).Expect(0)
            .Json.GetProperty("features").GetInt32().Should().Be(60);
        var truth = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(Named("truth.json"), TestContext.Current.CancellationToken));
        truth.GetProperty("features").EnumerateObject().Should().HaveCount(60);
        (await server.QueryAsync<long>("select count(*) from telemetry.usage_daily")).Should().BeGreaterThan(600);
        (await server.QueryAsync<long>("select count(*) from registry.feature where stage in (0, 1)"))
            .Should().Be(0, "all of them are experimental or adopted");
        (await RunAsync("demo")).Expect(2).Errors.Should().Contain("--force");
        (await RunAsync("demo --features 3")).Expect(2).Errors.Should().Contain("out of range");

        (await RunAsync("team set growth --lead ann --member ben")).Expect(0);
        (await RunAsync("feature set user:age --team growth --type int64 --description", "Age in years.")).Expect(0);
        (await RunAsync("feature show user:age --json")).Expect(0).Json.GetProperty("description").GetString().Should().Be("Age in years.");
        (await RunAsync("feature show user:aeg")).Expect(2).Errors.Should().Contain("user:aeg");

        await File.WriteAllTextAsync(Named("features.ndjson"),
            """
            {"key":"user:height","team":"growth","dataType":"double"}
            {"key":"user:weight","team":"nobody","dataType":"double"}
            """, TestContext.Current.CancellationToken);
        (await RunAsync("feature bulk", Named("features.ndjson"))).Expect(2).Errors.Should().Contain("line 2: team");
        (await RunAsync("feature show user:height")).Expect(0).Output.Should().Contain("double");

        var model = truth.GetProperty("models").EnumerateObject().First();
        var known = model.Value.EnumerateObject().First().Name;
        (await RunAsync($"check --model {model.Name} --features no:such")).Expect(1).Output.Should().Contain("no:such");
        await File.WriteAllTextAsync(Named("before.txt"), known, TestContext.Current.CancellationToken);
        (await RunAsync($"check --model {model.Name} --features {known} --baseline", Named("before.txt"))).Expect(0);

        (await RunAsync("audit verify --json")).Expect(0).Json.GetProperty("intact").GetBoolean().Should().BeTrue();
    }

    private string Named(string name) => Path.Combine(folder, name);

    private async Task<Ran> RunAsync(string words, params string[] more)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await FeatureGovernance.Cli.Program.RunAsync([.. words.Split(' '), .. more], new Surroundings
        {
            Output = output,
            Errors = errors,
            Input = () => new MemoryStream(Encoding.UTF8.GetBytes("")),
            Variable = name => name == "XDG_CONFIG_HOME" ? folder : null,
            Clock = TimeProvider.System,
        });
        return new(code, output.ToString(), errors.ToString());
    }
}
