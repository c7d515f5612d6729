using System.Text.Json;
using FeatureGovernance.Client;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FeatureGovernance.Cli.Running;

/// <summary>One column of a table, and how a row fills it.</summary>
internal sealed record Column<T>(string Title, Func<T, object?> Cell);

/// <summary>Prints answers: tables for people, the same data as JSON for programs. Remarks and progress go to standard error.</summary>
internal sealed class Screen
{
    // Wide enough that a table in a pipe is never wrapped.
    private const int PipeWidth = 4_000;

    private readonly Surroundings surroundings;
    private readonly IAnsiConsole output;

    public Screen(Surroundings surroundings, bool json)
    {
        this.surroundings = surroundings;
        Json = json;
        output = ConsoleOn(surroundings.Output, surroundings.OutputIsTerminal);
    }

    public bool Json { get; }

    public void Table<T>(IReadOnlyCollection<T> rows, params Column<T>[] columns) => Table(rows, rows, columns);

    /// <summary>A table for people; <paramref name="value"/> for programs.</summary>
    public void Table<T>(object value, IReadOnlyCollection<T> rows, params Column<T>[] columns)
    {
        if (Json)
        {
            WriteJson(value);
            return;
        }

        if (rows.Count == 0)
        {
            Remark("None.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column.Title, new Style(decoration: Decoration.Bold))));
        foreach (var row in rows)
            table.AddRow(columns.Select(column => Written.Plain(Written.Cell(column.Cell(row)))).Select(IRenderable (text) => new Text(text)));
        output.Write(table);
    }

    /// <summary>A thing's fields one below the other for people; the thing itself for programs.</summary>
    public void Fields(object value, params (string Name, object? Value)[] fields)
    {
        if (Json)
        {
            WriteJson(value);
            return;
        }

        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        foreach (var (name, field) in fields)
        {
            if (Written.Cell(field) is { Length: > 0 } text)
                grid.AddRow(new Text(name, new Style(decoration: Decoration.Bold)), new Text(Written.Plain(text)));
        }

        output.Write(grid);
    }

    /// <summary>One sentence for people; a value for programs.</summary>
    public void Say(string sentence, object value)
    {
        if (Json)
            WriteJson(value);
        else
            surroundings.Output.WriteLine(Written.Plain(sentence));
    }

    /// <summary>Text in a form that is not ours to change.</summary>
    public void Raw(string text) => surroundings.Output.WriteLine(text);

    /// <summary>A remark beside the answer.</summary>
    public void Remark(string sentence) => surroundings.Errors.WriteLine(Written.Plain(sentence));

    /// <summary>Runs long work under a progress bar; without a terminal, quietly.</summary>
    /// <param name="total">How much there is to do; null where nobody knows.</param>
    public async Task<T> WithProgressAsync<T>(string title, long? total, Func<IProgress<long>, Task<T>> work)
    {
        if (!surroundings.ErrorsAreTerminal)
            return await work(new Silence());
        return await ConsoleOn(surroundings.Errors, isTerminal: true).Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: Math.Max(1, total ?? 1));
                task.IsIndeterminate = total is null;
                var result = await work(new Bar(task));
                task.IsIndeterminate = false;
                task.Value = task.MaxValue;
                return result;
            });
    }

    private void WriteJson(object value) => surroundings.Output.WriteLine(JsonSerializer.Serialize(value, ClientJson.Indented));

    private static IAnsiConsole ConsoleOn(TextWriter writer, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
            console.Profile.Width = PipeWidth;
        return console;
    }

    private sealed class Silence : IProgress<long>
    {
        public void Report(long value)
        {
        }
    }

    private sealed class Bar(ProgressTask task) : IProgress<long>
    {
        public void Report(long value) => task.Value = value;
    }
}
