using System.CommandLine;
using FeatureGovernance.Cli.Access;
using FeatureGovernance.Cli.Capacity;
using FeatureGovernance.Cli.Checks;
using FeatureGovernance.Cli.Demo;
using FeatureGovernance.Cli.Drift;
using FeatureGovernance.Cli.Lifecycle;
using FeatureGovernance.Cli.Notifications;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Reports;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Cli.Standards;
using FeatureGovernance.Cli.Telemetry;
using FeatureGovernance.Cli.Value;

namespace FeatureGovernance.Cli;

/// <summary>The command families, one line each.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => RunAsync(args, Surroundings.OfThisProcess());

    internal static Task<int> RunAsync(string[] args, Surroundings surroundings) => Complaints.RunAsync(Commands(surroundings), args, surroundings);

    internal static RootCommand Commands(Surroundings surroundings)
    {
        var root = new RootCommand("Govern machine-learning features: register, check, adopt, value and retire them.");
        root.Add(Call.Json);
        root.Add(LoginCommand.Create(surroundings));
        root.Add(WhoAmICommand.Create(surroundings));
        root.Add(TokenCommand.Create(surroundings));
        root.Add(TeamCommand.Create(surroundings));
        root.Add(FeatureCommand.Create(surroundings));
        root.Add(ModelCommand.Create(surroundings));
        root.Add(CheckCommand.Create(surroundings));
        root.Add(AdoptCommand.Create(surroundings));
        root.Add(DeprecateCommand.Create(surroundings));
        root.Add(StandardCommand.Create(surroundings));
        root.Add(ExemptionCommand.Create(surroundings));
        root.Add(ExemptionCommand.Evidence(surroundings));
        root.Add(ScorecardCommand.Create(surroundings));
        root.Add(ReportCommand.Create(surroundings));
        root.Add(ImportCommand.Create(surroundings));
        root.Add(TelemetryCommand.Create(surroundings));
        root.Add(ScoreCommand.Create(surroundings));
        root.Add(ValuationCommand.Create(surroundings));
        root.Add(AuditCommand.Create(surroundings));
        root.Add(NoticeCommand.Create(surroundings));
        root.Add(DemoCommand.Create(surroundings));
        root.Add(SketchCommand.Create());
        root.Add(DetectCommand.Create());
        root.Add(ImpactCommand.Create());
        root.Add(ProfileCommand.Create(surroundings));
        root.Add(IncidentCommand.Create(surroundings));
        root.Add(ValueCommand.Create());
        root.Add(LabelCommand.Create());
        root.Add(ForecastCommand.Create());
        root.Add(CapacityCommand.Create(surroundings));
        return root;
    }
}
