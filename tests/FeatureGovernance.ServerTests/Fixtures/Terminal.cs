using System.Text;
using FeatureGovernance.Cli.Running;

namespace FeatureGovernance.ServerTests.Fixtures;

/// <summary>The same caller at a terminal.</summary>
public static class Terminal
{
    /// <summary>Runs <c>featgov</c> and expects this exit code; what it put out, then its errors.</summary>
    public static async Task<string> CommandAsync(this Api api, int code, string[] words, string input = "")
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var home = Directory.CreateTempSubdirectory("featgov-terminal").FullName;
        var ended = await FeatureGovernance.Cli.Program.RunAsync(words, new Surroundings
        {
            Output = output,
            Errors = errors,
            Input = () => new MemoryStream(Encoding.UTF8.GetBytes(input)),
            Variable = name => name switch
            {
                "FEATGOV_URL" => new Uri(api.Http.BaseAddress!, "/").AbsoluteUri,
                "FEATGOV_TOKEN" => api.Http.DefaultRequestHeaders.Authorization!.Parameter,
                "XDG_CONFIG_HOME" => home,
                _ => null,
            },
            Clock = TimeProvider.System,
        });
        Directory.Delete(home, recursive: true);
        ended.Should().Be(code, "{0} said {1}{2}", string.Join(' ', words), output, errors);
        return $"{output}{errors}";
    }
}
