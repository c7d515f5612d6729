using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Running;

namespace FeatureGovernance.Cli.Registry;

/// <summary>The options of <c>featgov feature set</c>, and the JSON fields that they fill.</summary>
internal sealed class FeatureFields
{
    private readonly List<(Option Option, Action<Call, JsonObject> Fill)> fields = [];

    public FeatureFields()
    {
        Text("--team", "team", "The owner team.");
        Text("--kind", "kind", "feature, label or embedding.");
        Text("--entity", "entity", "What it describes, for example user.");
        Text("--type", "dataType", "For example int64, double, string, floatList.");
        Text("--description", "description", "What it means, for people.");
        Text("--system", "source.system", "Where values come from: the system.");
        Text("--table", "source.table", "Where values come from: table, topic or path.");
        Text("--column", "source.column", "Where values come from: the column.");
        Text("--expression", "source.expression", "Where values come from: the transformation.");
        Text("--freshness", "freshness", "How old values may be, for example PT1H.");
        Text("--sensitivity", "sensitivity", "public, internal, confidential or personal.");
        Number("--min", "expected.min", "Smallest legitimate value.");
        Number("--max", "expected.max", "Largest legitimate value.");
        Number("--max-null-rate", "expected.maxNullRate", "Largest acceptable share of nulls, 0 to 1.");
        Texts("--category", "expected.categories", "A legitimate category; repeat for more.");
        Number("--compute-per-day", "cost.computePerDay", "Declared cost of computing it, per day.");
        Number("--storage-per-day", "cost.storagePerDay", "Declared cost of keeping it, per day.");
        Number("--serving-per-million-reads", "cost.servingPerMillionReads", "Declared cost of serving a million reads.");
        Texts("--derived-from", "derivedFrom", "A feature it is computed from; repeat for more.");
        Default();
        Tags();
    }

    public void AddTo(Command command)
    {
        foreach (var (option, _) in fields)
            command.Add(option);
    }

    /// <summary>The fields that were typed; an empty text takes one away.</summary>
    public JsonObject Read(Call call)
    {
        var given = new JsonObject();
        foreach (var (option, fill) in fields)
        {
            if (call.Has(option))
                fill(call, given);
        }

        return given;
    }

    private void Text(string name, string path, string description)
    {
        var option = new Option<string?>(name) { Description = description };
        fields.Add((option, (call, given) => given.Put(path, Given.OrNone(call.Get(option)))));
    }

    private void Number(string name, string path, string description)
    {
        var option = new Option<double>(name) { Description = description };
        fields.Add((option, (call, given) => given.Put(path, call.Get(option))));
    }

    private void Texts(string name, string path, string description)
    {
        var option = new Option<string[]>(name) { Description = description };
        fields.Add((option, (call, given) => given.Put(path, new JsonArray([.. call.Get(option)!.Select(text => (JsonNode)text)]))));
    }

    private void Default()
    {
        var option = new Option<string?>("--default") { Description = "The value served where none is known, as JSON." };
        fields.Add((option, (call, given) =>
        {
            try
            {
                given.Put("default", JsonNode.Parse(call.Get(option)!));
            }
            catch (JsonException)
            {
                throw new UsageException($"--default: '{call.Get(option)}' is not JSON.", "Write 0, 0.5, true, null, or '\"text\"' with its quotes.");
            }
        }));
    }

    private void Tags()
    {
        var option = new Option<string[]>("--tag") { Description = "A free label, NAME=VALUE; repeat for more." };
        fields.Add((option, (call, given) => given["tags"] =
            new JsonObject(Given.Pairs("--tag", call.Get(option)!).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)))));
    }
}
