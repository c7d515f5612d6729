using FeatureGovernance.Server.Access;

namespace FeatureGovernance.Server.Registry.Pages;

internal static class RegistryPages
{
    public static void MapRegistryPages(this RouteGroupBuilder pages)
    {
        pages.MapGet("/features", Catalogue.Get).Needs(Permission.Read);
        pages.MapGet("/admin/people", PeoplePages.Get).Needs(Permission.ManageTeams);
        pages.MapPost("/admin/people", PeoplePages.Join).Needs(Permission.ManageTeams).Mutates();
        pages.MapPost("/admin/people/teams", PeoplePages.Register).Needs(Permission.ManageTeams).Mutates();
        pages.MapPost("/admin/people/leave", PeoplePages.Leave).Needs(Permission.ManageTeams).Mutates();
        pages.MapGet("/compare", Comparing.Get).Needs(Permission.Read);
        pages.MapPost("/features/views", ViewForms.Save).Needs(Permission.Read).Mutates();
        pages.MapPost("/features/views/{id:int}", ViewForms.Forget).Needs(Permission.Read).Mutates();
        pages.MapGet("/features/{key}", FeatureReading.Get).Needs(Permission.Read);
        pages.MapGet("/models", ModelReading.List).Needs(Permission.Read);
        pages.MapGet("/models/{model}", ModelReading.Get).Needs(Permission.Read);
        pages.MapGet("/models/{model}/gains", ModelReading.Gains).Needs(Permission.Read);
    }
}
