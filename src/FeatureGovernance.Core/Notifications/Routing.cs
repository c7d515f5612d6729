using System.Collections.Immutable;
using System.Text.Json;

namespace FeatureGovernance.Core.Notifications;

/// <summary>Somebody to be told, as an event names him.</summary>
public abstract record Addressee
{
    private Addressee()
    {
    }

    /// <summary>A person, by handle.</summary>
    /// <param name="Handle">The handle.</param>
    /// <param name="Named">True where the event itself names him, so that he hears even of what he did himself.</param>
    public sealed record Person(string Handle, bool Named) : Addressee;

    /// <summary>Everybody of a team, or its leads only.</summary>
    public sealed record Team(string Slug, bool LeadsOnly) : Addressee;

    /// <summary>Everybody of the teams whose live models read the feature.</summary>
    public sealed record ReadersOf(int Feature) : Addressee;

    /// <summary>Everybody of the team of the model.</summary>
    public sealed record TeamOfModel(int Model) : Addressee;

    /// <summary>Everybody who holds a token of the role.</summary>
    public sealed record HoldersOf(string Role) : Addressee;
}

/// <summary>A notice, and whom to tell.</summary>
public sealed record RoutedNotice(NoticeKind Kind, NoticeText Text, ImmutableArray<Addressee> To);

/// <summary>From events to notices, by the table.</summary>
public static class Routing
{
    /// <summary>
    /// Whether an event may have to be told of, from what is known of it as it is written: by its action, or because its data name
    /// recipients. Cheap, and never false where <see cref="Route"/> finds something.
    /// </summary>
    public static bool MayConcern(string action, string? after) =>
        NoticeRules.For(action) is not null || (after is not null && after.Contains("\"recipients\"", StringComparison.Ordinal));

    /// <summary>
    /// What the event gives rise to; null where that is nothing. Recipients in the event's data are handles, or <c>team:slug</c> for
    /// everybody of a team, or <c>leads:slug</c> for its leads; or an object of <c>teams</c>, whose leads are meant, <c>people</c> and
    /// <c>roles</c>. They are told besides those that the table names.
    /// </summary>
    public static RoutedNotice? Route(GovernanceEvent happened)
    {
        var rule = NoticeRules.For(happened.Action);
        if (rule?.OnChangeOf is { } field && Raw(happened.Before, field) == Raw(happened.After, field))
            rule = null;
        var to = (rule?.Told ?? []).SelectMany(audience => Of(audience, happened))
            .Concat(Recipients(happened.After))
            .Distinct().ToImmutableArray();
        var kind = rule?.Kind ?? NoticeKind.Other;
        return to.IsEmpty ? null : new(kind, NoticeText.Of(kind, happened), to);
    }

    private static IEnumerable<Addressee> Of(Audience audience, GovernanceEvent happened)
    {
        // What was taken away has no after; whom it concerned is in what it was before.
        var thing = happened.After ?? happened.Before;
        return audience switch
        {
            Audience.Proposer => Handles(thing.Text("proposer") ?? thing.Text("requester")),
            Audience.Reviewers => Reviewers(thing),
            Audience.ConcernedTeams => thing.Parts("reviewers").Select(one => one.Text("team")).OfType<string>().Select(team =>
                new Addressee.Team(team, false)),
            Audience.OwnerTeam => thing.Text("team") is { } owner ? [new Addressee.Team(owner, false)] : [],
            Audience.OwnerLeads => thing.Parts("features").Select(one => one.Text("team")).OfType<string>().Select(team =>
                new Addressee.Team(team, true)),
            Audience.ReaderTeams => happened.SubjectKind == "feature" ? [new Addressee.ReadersOf(happened.SubjectId)] : [],
            Audience.ModelTeam => happened.SubjectKind is "model" or "adoption" ? [new Addressee.TeamOfModel(happened.SubjectId)] : [],
        };
    }

    private static IEnumerable<Addressee> Reviewers(JsonElement? proposal)
    {
        foreach (var review in proposal.Parts("reviewers"))
        {
            if (review.Text("team") is not { } team)
                continue;
            yield return new Addressee.Team(team, LeadsOnly: true);
            // Those who may vote, as the proposal has them: leads of teams above, too.
            foreach (var lead in review.Texts("leads"))
                yield return new Addressee.Person(lead, Named: false);
        }
    }

    private static IEnumerable<Addressee> Recipients(JsonElement? after)
    {
        var named = after.Part("recipients");
        return after.Texts("recipients").Select(Named)
            .Concat(named.Texts("teams").Select(team => new Addressee.Team(team, LeadsOnly: true)))
            .Concat(named.Texts("people").Select(person => new Addressee.Person(person, Named: true)))
            .Concat(named.Texts("roles").Select(role => new Addressee.HoldersOf(role)));
    }

    private static Addressee Named(string recipient) => recipient.Split(':', 2) switch
    {
        ["team", var slug] => new Addressee.Team(slug, LeadsOnly: false),
        ["leads", var slug] => new Addressee.Team(slug, LeadsOnly: true),
        _ => new Addressee.Person(recipient, Named: true),
    };

    private static IEnumerable<Addressee> Handles(string? handle) => handle is null ? [] : [new Addressee.Person(handle, Named: false)];

    private static string? Raw(JsonElement? thing, string field) => thing.Part(field)?.GetRawText();
}
