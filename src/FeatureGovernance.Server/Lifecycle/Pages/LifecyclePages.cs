using FeatureGovernance.Server.Access;

namespace FeatureGovernance.Server.Lifecycle.Pages;

internal static class LifecyclePages
{
    public static void MapLifecyclePages(this RouteGroupBuilder pages)
    {
        pages.MapGet("/deprecations", ReviewQueue.Get).Needs(Permission.Read);
        pages.MapGet("/deprecations/new", Proposing.Get).Needs(Permission.ProposeDeprecation);
        pages.MapPost("/deprecations/new", Proposing.Post).Needs(Permission.ProposeDeprecation).Mutates();
        pages.MapGet("/deprecations/{id:int}", ProposalReading.Get).Needs(Permission.Read);
        pages.MapPost("/deprecations/{id:int}/review", ProposalForms.Review).Needs(Permission.ReviewDeprecation).Mutates();
        pages.MapPost("/deprecations/{id:int}/objections/{number:int}", ProposalForms.Resolve).Needs(Permission.ReviewDeprecation).Mutates();
        pages.MapPost("/deprecations/{id:int}/advance", ProposalForms.Advance).Needs(Permission.ProposeDeprecation).Mutates();
        pages.MapPost("/deprecations/{id:int}/withdraw", ProposalForms.Withdraw).Needs(Permission.ProposeDeprecation).Mutates();
        pages.MapPost("/deprecations/{id:int}/rollback", ProposalForms.Rollback).Needs(Permission.ProposeDeprecation).Mutates();
        pages.MapGet("/adoptions", AdoptionReading.List).Needs(Permission.Read);
        pages.MapGet("/adoptions/{id:int}", AdoptionReading.Get).Needs(Permission.Read);
        pages.MapPost("/adoptions/{id:int}", AdoptionReading.Decide).Needs(Permission.DecideAdoption).Mutates();
    }
}
