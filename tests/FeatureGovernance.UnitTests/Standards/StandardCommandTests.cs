using System.Text;
using FeatureGovernance.Cli.Running;

namespace FeatureGovernance.UnitTests.Standards;

public class StandardCommandTests
{
    [Fact]
    public async Task Lint_needs_no_server_and_names_file_line_and_field()
    {
        (await LintAsync("name: org\nrules:\n  - {id: a, kind: ownerActive, remedy: Name a lead.}"))
            .Should().Be((ExitCode.Pass, "-: org is sound, with 1 rules\n"));
        var (code, output) = await LintAsync("name: org\nrules:\n  - id: a\n    kind: requird\n    remedy: x");
        code.Should().Be(ExitCode.Fail);
        output.Should().StartWith("-:4: rules[0].kind: There is no kind of rule 'requird'.");
    }

    private static async Task<(int Code, string Output)> LintAsync(string document)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var code = await FeatureGovernance.Cli.Program.RunAsync(["standard", "lint", "-"], new Surroundings
        {
            Output = output,
            Errors = TextWriter.Null,
            Input = () => new MemoryStream(Encoding.UTF8.GetBytes(document)),
            Variable = _ => null,
            Clock = TimeProvider.System,
        });
        return (code, output.ToString());
    }
}
