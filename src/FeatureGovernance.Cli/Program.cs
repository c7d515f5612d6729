using System.CommandLine;
using FeatureGovernance.Cli;

var root = new RootCommand("Govern machine-learning features: register, check, adopt, value and retire them.");
root.Add(SketchCommand.Create());
root.Add(ValueCommand.Create());
return await root.Parse(args).InvokeAsync();
