using System.CommandLine;

var root = new RootCommand("Govern machine-learning features: register, check, adopt, value and retire them.");
return await root.Parse(args).InvokeAsync();
