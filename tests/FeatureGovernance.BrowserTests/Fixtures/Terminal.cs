using System.Text;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.BrowserTests.Fixtures;

/// <summary>The administrator at a terminal.</summary>
internal static class Terminal
{
    /// <summary>Runs <c>featgov</c> against the server and expects it to succeed.</summary>
    public static async Task RunAsync(this ApiServer server, string words)
    {
        var folder = Directory.CreateTempSubdirectory("featgov-pages").FullName;
        using var output = new StringWriter();
        var code = await Cli.Program.RunAsync(words.Split(' '), new Surroundings
        {
            Output = output,
            Errors = output,
            Input = () => new MemoryStream(Encoding.UTF8.GetBytes("")),
            Variable = name => name switch
            {
                "XDG_CONFIG_HOME" => folder,
                "FEATGOV_URL" => server.Address.AbsoluteUri,
                "FEATGOV_TOKEN" => ApiServer.AdminToken,
                _ => null,
            },
            Clock = TimeProvider.System,
        });
        Directory.Delete(folder, recursive: true);
        code.Should().Be(0, "{0} said {1}", words, output);
    }
}
