using FeatureGovernance.Contracts.Notifications;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Notifications;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Notifications.Pages;

/// <summary>The channels that the caller may manage: his own, those of teams that he leads, an administrator's all.</summary>
/// <param name="Undelivered">How many notices of a channel were given up, by its number.</param>
/// <param name="Teams">Teams for which a channel may be opened.</param>
/// <param name="Self">The caller's handle; null where his token belongs to no person.</param>
/// <param name="Opened">A webhook just opened, with its secret, shown this once.</param>
/// <param name="Kept">What was typed into the form that was turned down, by field.</param>
public sealed record ChannelsModel(
    IReadOnlyList<ChannelView> Channels, IReadOnlyDictionary<int, long> Undelivered, IReadOnlyList<string> Teams, string? Self, ChannelView? Opened,
    Complaint? Complaint,
    IReadOnlyDictionary<string, string> Kept)
{
    /// <summary>The kinds of channels.</summary>
    public static readonly IReadOnlyList<string> Types = [.. Enum.GetValues<ChannelType>().Select(Words.Of)];
}

internal static class ChannelPages
{
    private const int Most = 500;

    public static void MapChannelPages(this RouteGroupBuilder pages)
    {
        pages.MapGet("/channels", async (HttpContext context, NpgsqlDataSource source, CancellationToken cancellation) =>
            Rendered.As<ChannelsPage>(await ModelAsync(context, source, cancellation))).Needs(Permission.ManageNotices);
        pages.MapPost("/channels", Open).Needs(Permission.ManageNotices).Mutates();
        pages.MapPost("/channels/{id:int}", Change).Needs(Permission.ManageNotices).Mutates();
    }

    // The secret is in the answer to the form itself: kept nowhere, and gone with the page.
    private static async Task<IResult> Open(
        HttpContext context, WriteTransaction write, NpgsqlDataSource source, Secrets secrets, NoticeSettings settings, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        var body = new ChannelRequest { Type = form.Field("type"), Address = form.Field("address"), Name = form.Field("name"), Team = form.Field("team") };
        var answer = await ChannelEndpoints.Post(body, context, write, secrets, settings, cancellation);
        var model = await ModelAsync(context, source, cancellation);
        if (!answer.Take(out ChannelView opened, out var refusal))
        {
            return Rendered.As<ChannelsPage>(
                model with { Complaint = Complaint.Of(refusal), Kept = form.ToDictionary(one => one.Key, one => one.Value.ToString()) },
                Problems.Status(refusal.Kind));
        }

        return opened.Secret is null
            ? Rendered.See(context, "/channels")
            : Rendered.As<ChannelsPage>(model with { Opened = opened, Channels = [.. model.Channels, opened] });
    }

    private static async Task<IResult> Change(
        int id, HttpContext context, WriteTransaction write, NpgsqlDataSource source, Secrets secrets, NoticeSettings settings, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        context.ExpectVersion(form);
        var change = new ChannelChange { Enabled = form["do"] == "resume" };
        INestedHttpResult answer = form["do"] == "close"
            ? await ChannelEndpoints.Delete(id, context, write, cancellation)
            : await ChannelEndpoints.Patch(id, change, context, write, secrets, settings, cancellation);
        var refusal = (answer.Result as Refused)?.Refusal;
        return refusal is null
            ? Rendered.See(context, "/channels")
            : Rendered.As<ChannelsPage>(await ModelAsync(context, source, cancellation) with { Complaint = Complaint.Of(refusal) },
                Problems.Status(refusal.Kind));
    }

    private static async Task<ChannelsModel> ModelAsync(HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var caller = context.Caller();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var channels = await Channel.ReadAsync(connection, $"where $1 or c.person_id = $2 or c.team_id = any($3) order by c.id limit {Most}",
            [new() { Value = caller.IsAdmin }, NoticeOwner.Number(caller.PersonId), new() { Value = caller.LeadOf.ToArray() }], cancellation);
        var undelivered = await UndeliveredAsync(connection, [.. channels.Select(channel => channel.Id)], cancellation);
        return new([.. channels.Select(ChannelEndpoints.View)], undelivered,
            await TeamsAsync(connection, caller, cancellation), caller.PersonId is null ? null : caller.Actor, null, null, new Dictionary<string, string>());
    }

    private static async Task<Dictionary<int, long>> UndeliveredAsync(NpgsqlConnection connection, int[] channels, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select channel_id, count(*) from notices.delivery where state = 2 and channel_id = any($1) group by channel_id", connection);
        command.Parameters.Add(new() { Value = channels });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var counts = new Dictionary<int, long>();
        while (await reader.ReadAsync(cancellation))
            counts[reader.GetInt32(0)] = reader.GetInt64(1);
        return counts;
    }

    private static async Task<List<string>> TeamsAsync(NpgsqlConnection connection, Caller caller, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select slug from registry.team where $1 or id = any($2) order by slug limit 1000", connection);
        command.Parameters.Add(new() { Value = caller.IsAdmin });
        command.Parameters.Add(new() { Value = caller.LeadOf.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var teams = new List<string>();
        while (await reader.ReadAsync(cancellation))
            teams.Add(reader.GetString(0));
        return teams;
    }
}
