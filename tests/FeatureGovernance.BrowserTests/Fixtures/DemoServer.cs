using System.Text;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.BrowserTests.Fixtures;

/// <summary>The service with a generated organisation, scored: what a person would see after a few weeks.</summary>
public sealed class DemoServer(TestCluster cluster) : ApiServer(cluster)
{
    private readonly string folder = Directory.CreateTempSubdirectory("featgov-pages").FullName;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await RunAsync("demo --features 120 --models 8 --teams 6 --days 30");
        await RunAsync("score run --wait");
    }

    /// <summary>A token for the first lead or engineer of the generated teams, by role.</summary>
    public async Task<string> TokenAsync(string role, string? person = null) =>
        (await Admin.PostAsync("tokens", new { name = $"{role} {person} {Guid.CreateVersion7():N}", role, person })).Expect(201).Text("token");

    private async Task RunAsync(string words)
    {
        using var output = new StringWriter();
        var code = await FeatureGovernance.Cli.Program.RunAsync(words.Split(' '), new Surroundings
        {
            Output = output,
            Errors = output,
            Input = () => new MemoryStream(Encoding.UTF8.GetBytes("")),
            Variable = name => name switch
            {
                "XDG_CONFIG_HOME" => folder,
                "FEATGOV_URL" => Address.AbsoluteUri,
                "FEATGOV_TOKEN" => AdminToken,
                _ => null,
            },
            Clock = TimeProvider.System,
        });
        code.Should().Be(0, "{0} said {1}", words, output);
    }
}
