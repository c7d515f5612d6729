using System.CommandLine;
using System.Text.RegularExpressions;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Tests;

namespace FeatureGovernance.UnitTests.Cli;

/// <summary>What pages tell a newcomer to type is there.</summary>
public sealed partial class QuotedCommandTests
{
    [Fact]
    public void Every_command_that_a_page_names_exists()
    {
        var root = FeatureGovernance.Cli.Program.Commands(Surroundings.OfThisProcess());
        var pages = Directory.GetFiles(Path.Combine(SharedData.ProjectRoot(), "src", "FeatureGovernance.Server"), "*.razor", SearchOption.AllDirectories);

        var quoted = pages.SelectMany(page => Quoted().Matches(File.ReadAllText(page)).Select(match => match.Groups[1].Value.Trim())).Distinct().ToList();

        quoted.Should().Contain("team set", "the pages are read");
        quoted.Where(words => !Exists(root, words.Split(' '))).Should().BeEmpty();
    }

    // Words go down through the families to a command that does something; what follows is its own.
    private static bool Exists(Command command, string[] words)
    {
        foreach (var word in words)
        {
            if (command.Subcommands.Count == 0)
                return true;
            if (command.Subcommands.FirstOrDefault(one => one.Name == word) is not { } next)
                return false;
            command = next;
        }

        return command.Subcommands.Count == 0;
    }

    [GeneratedRegex(@"\bfeatgov((?: [a-z][a-z-]*)+)")]
    private static partial Regex Quoted();
}
