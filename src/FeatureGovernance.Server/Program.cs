using FeatureGovernance.Server;

return await Service.RunAsync(args);
