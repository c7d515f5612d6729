using System.Collections.Immutable;

namespace FeatureGovernance.Valuation.Reading;

/// <summary>Turns a table into a sample, refusing what cannot be valued.</summary>
internal static class SampleBuilder
{
    // Beyond this, sets of categories fit noise and take most of the training time; the codes then serve as numbers.
    private const int MostCategories = 100;

    public static Sample Build(Table table, Roles roles, ImmutableArray<int> querySizes, SampleQuestion question)
    {
        var notes = table.Notes.ToList();
        var (task, rows, labels, classes, groups) = Frame(roles, querySizes, question, notes);
        var features = Features(table, roles.Names, notes);
        if (features.Length == 0)
            throw new SampleException("There is no column left to value beside the label.");

        return new(
            [.. features.Select(f => f.Name)],
            Cells(features, rows, notes),
            [.. features.Select(f => f.Texts is { } texts && texts.Distinct().Take(MostCategories + 1).Count() <= MostCategories)],
            labels,
            task == ValuationTask.Ranking ? [.. groups!.GroupBy(g => g).OrderBy(g => g.Key).Select(g => g.Count())] : [],
            groups,
            roles.Time is { } time ? [.. rows.Select(r => time.Numbers![r])] : null,
            task,
            classes,
            [.. notes])
        {
            Weights = roles.Weight is { } weight ? [.. rows.Select(r => (float)weight.Numbers![r])] : null,
            Scores = roles.Score is { } score ? [.. rows.Select(r => score.Numbers![r])] : null,
            LabelRows = LabelReading.Of(table, roles, rows, task),
        };
    }

    /// <summary>Refuses a label, group or time with which no sample can be valued.</summary>
    public static void Check(Roles roles, SampleQuestion question, ImmutableArray<int>? querySizes = null) => Frame(roles, querySizes ?? [], question, []);

    private static (ValuationTask Task, int[] Rows, float[] Labels, int Classes, int[]? Groups) Frame(
        Roles roles, ImmutableArray<int> querySizes, SampleQuestion question, List<string> notes)
    {
        var (label, group) = (roles.Label, roles.Group);
        RoleChecks.RefuseTimes(roles);
        var task = question.Task ?? Infer(label, group is not null || querySizes.Length > 0);
        var keys = querySizes.Length > 0 ? GroupsOf(querySizes) : group is null ? null : Codes(group);
        if (task == ValuationTask.Ranking && keys is null)
            throw new SampleException("Ranking needs to know which rows belong to one query: name the column with --group, or put a .query file beside.");

        var rows = Labelled(label, notes);
        if (keys is not null)
            rows = [.. rows.OrderBy(r => keys[r])];
        if (rows.Length < 50)
            throw new SampleException($"{rows.Length} labelled rows are too few to measure anything; at least 50 are needed.");

        var (labels, classes) = LabelsOf(label, rows, task);
        var groups = keys is null ? null : rows.Select(r => keys[r]).ToArray();
        if (groups is not null)
            CheckGroups(groups, task, notes);
        RoleChecks.RefuseNumbers(roles, rows, task, classes);
        return (task, rows, labels, classes, groups);
    }

    private static ValuationTask Infer(TableColumn label, bool grouped)
    {
        if (label.Texts is not null)
            return ValuationTask.Classification;
        var distinct = label.Numbers!.Where(double.IsFinite).Distinct().Take(11).ToArray();
        if (distinct.Length <= 2)
            return grouped ? ValuationTask.Ranking : ValuationTask.Classification;
        return grouped ? ValuationTask.Ranking : distinct.Length <= 10 && distinct.All(double.IsInteger) ? ValuationTask.Classification : ValuationTask.Regression;
    }

    private static int[] Labelled(TableColumn label, List<string> notes)
    {
        if (label.Numbers is { } numbers && numbers.Count(double.IsInfinity) is var infinite and > 0)
            throw new SampleException($"The label '{label.Name}' is infinite in {infinite} rows.");
        var total = label.Numbers?.Length ?? label.Texts!.Length;
        int[] rows = [.. Enumerable.Range(0, total).Where(r => label.Numbers is { } n ? !double.IsNaN(n[r]) : label.Texts![r] is not null)];
        if (rows.Length < total)
            notes.Add($"{total - rows.Length} of {total} rows have no label and were left out.");
        return rows;
    }

    private static (float[] Labels, int Classes) LabelsOf(TableColumn label, int[] rows, ValuationTask task)
    {
        if (label.Texts is not null && task != ValuationTask.Classification)
            throw new SampleException($"The label '{label.Name}' is text; {task.ToString().ToLowerInvariant()} needs numbers.");
        if (task == ValuationTask.Classification)
        {
            var codes = Codes(label);
            int[] seen = [.. rows.Select(r => codes[r]).Distinct().Order()];
            if (seen.Length == 1)
                throw new SampleException($"The label '{label.Name}' has one class only; there is nothing to tell apart.");
            if (seen.Length > 100)
                throw new SampleException($"The label '{label.Name}' has {seen.Length} classes; at most 100 can be valued. Is it a regression?");
            return ([.. rows.Select(r => (float)Array.BinarySearch(seen, codes[r]))], seen.Length == 2 ? 1 : seen.Length);
        }

        float[] labels = [.. rows.Select(r => (float)label.Numbers![r])];
        if (labels.Distinct().Take(2).Count() < 2)
            throw new SampleException($"The label '{label.Name}' is the same in every row; there is nothing to learn.");
        if (task == ValuationTask.Ranking && labels.Any(l => l is < 0 or > 30 || l != MathF.Floor(l)))
            throw new SampleException($"The label '{label.Name}' must be a grade of relevance, a whole number from 0 to 30, for ranking.");
        return (labels, 1);
    }

    private static void CheckGroups(int[] groups, ValuationTask task, List<string> notes)
    {
        int[] sizes = [.. groups.GroupBy(g => g).Select(g => g.Count())];
        if (sizes.Length < 10)
            throw new SampleException($"{sizes.Length} groups are too few to hold some out; at least 10 are needed.");
        var ones = sizes.Count(s => s == 1);
        if (task != ValuationTask.Ranking || ones == 0)
            return;
        if (ones == sizes.Length)
            throw new SampleException("Every query has one row, so there is nothing to order; is the group column right?");
        notes.Add($"{ones} of {sizes.Length} queries have one row; they say nothing of order.");
        if (sizes.Max() > 10_000)
            throw new SampleException($"A query has {sizes.Max()} rows; at most 10,000 can be ranked.");
    }

    private static TableColumn[] Features(Table table, string?[] others, List<string> notes)
    {
        foreach (var time in table.Columns.Where(c => c.IsTime && !others.Contains(c.Name)))
            notes.Add($"Column '{time.Name}' is a time, not a feature, and was left out.");
        return [.. table.Columns.Where(c => !c.IsTime && !others.Contains(c.Name)).OrderBy(c => c.Name, StringComparer.Ordinal)];
    }

    private static Matrix Cells(TableColumn[] features, int[] rows, List<string> notes)
    {
        var cells = new float[(long)rows.Length * features.Length];
        for (var column = 0; column < features.Length; column++)
        {
            var codes = features[column].Texts is null ? null : Codes(features[column]);
            var infinite = 0;
            for (var i = 0; i < rows.Length; i++)
            {
                var value = codes is null ? (float)features[column].Numbers![rows[i]] : codes[rows[i]] < 0 ? float.NaN : codes[rows[i]];
                infinite += float.IsInfinity(value) ? 1 : 0;
                cells[((long)i * features.Length) + column] = float.IsFinite(value) ? value : float.NaN;
            }

            if (infinite > 0)
                notes.Add($"Column '{features[column].Name}' is infinite in {infinite} rows; these count as missing.");
        }

        return new(cells, rows.Length, features.Length);
    }

    private static int[] GroupsOf(ImmutableArray<int> sizes) => [.. sizes.SelectMany((size, query) => Enumerable.Repeat(query, size))];

    private static int[] Codes(TableColumn column)
    {
        if (column.Texts is { } texts)
        {
            var order = texts.Where(t => t is not null).Distinct().Order(StringComparer.Ordinal).Select((t, i) => (t, i))
                .ToDictionary(x => x.t!, x => x.i, StringComparer.Ordinal);
            return [.. texts.Select(t => t is null ? -1 : order[t])];
        }

        var ranks = column.Numbers!.Where(n => !double.IsNaN(n)).Distinct().Order().Select((n, i) => (n, i)).ToDictionary(x => x.n, x => x.i);
        return [.. column.Numbers!.Select(n => double.IsNaN(n) ? -1 : ranks[n])];
    }
}
