using System.Text;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>The lifecycle as a page for people, drawn from the tables that decide.</summary>
public static class LifecycleDocument
{
    /// <summary>Markdown with Mermaid diagrams: the steps, the guards, the proposal's states and the adoption's.</summary>
    public static string Render()
    {
        var page = new StringBuilder();
        page.Append("""
            # The life of a feature

            Drawn from the tables in `src/FeatureGovernance.Core/Lifecycle`; a test fails where this page and they disagree.
            A step that is not in the table cannot happen. A refused step names every condition that is not met.
            An administrator may, with a reason, go past the conditions marked overridable, and never past the others.


            """);
        Diagram(page, Transitions.Table.Select(row => (row.From.ToString(), row.To.ToString(), row.Name)), Stage.Draft, Stage.Removed);
        page.Append("\n## Steps\n\n| step | from | to | by | conditions |\n| --- | --- | --- | --- | --- |\n");
        foreach (var row in Transitions.Table)
        {
            var guards = row.Guards.IsEmpty ? "none" : string.Join(", ", row.Guards.Select(guard => $"`{guard.Code}`"));
            page.Append($"| {row.Name} | {Words.Of(row.From)} | {Words.Of(row.To)} | {Transitions.Described(row.By)} | {guards} |\n");
        }

        page.Append("\n## Conditions\n\n| code | what must hold | remedy | overridable |\n| --- | --- | --- | --- |\n");
        foreach (var guard in Guards.All)
            page.Append($"| `{guard.Code}` | {guard.Sentence} | {guard.Remedy} | {(guard.Overridable ? "yes" : "no")} |\n");

        page.Append("""

            ## Proposals

            Deprecation and what follows it happen only through a proposal. Its required reviewers are a lead of each owning team,
            a lead of each team whose live models read a feature, and a lead of each team that a rule of the organisation names; a
            reader that appears later adds its team. A vote counts when it approves the present revision and its voter, not the
            proposer, led the team he voted for or was handed the vote of somebody who does. An administrator stands in only for a
            team that has no lead but the proposer, or whose overdue review was escalated to administrators. Silence agrees to nothing unless a standard says so:
            a team is reminded before its date, its parent team's leads are told on it, administrators after it. An open objection
            blocks every step until who raised it or an administrator resolves it with an answer. Amending a proposal makes a new
            revision and voids its votes; open objections stay open.


            """);
        Diagram(page, ProposalTable.Rows.Select(row => (row.From.ToString(), row.To.ToString(), row.Name)), ProposalState.Submitted, ProposalState.Removed);
        page.Append("\n## Adoption of a feature by a model\n\n");
        Diagram(page, Adoptions.Table.Select(row => (row.From.ToString(), row.To.ToString(), row.Name)), AdoptionState.Requested, AdoptionState.Migrated);
        page.Append("\n| step | from | to | by |\n| --- | --- | --- | --- |\n");
        foreach (var row in Adoptions.Table)
            page.Append($"| {row.Name} | {Words.Of(row.From)} | {Words.Of(row.To)} | {Adoptions.Described(row.By)} |\n");
        return page.ToString();
    }

    private static void Diagram<T>(StringBuilder page, IEnumerable<(string From, string To, string Name)> rows, T first, T last)
    {
        page.Append("```mermaid\nstateDiagram-v2\n");
        page.Append($"    [*] --> {first}\n");
        foreach (var (from, to, name) in rows)
            page.Append($"    {from} --> {to}: {name}\n");
        page.Append($"    {last} --> [*]\n```\n");
    }
}
