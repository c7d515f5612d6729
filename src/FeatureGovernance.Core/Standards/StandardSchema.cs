using System.Text.Json.Nodes;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.Core.Standards;

/// <summary>The JSON Schema (draft 2020-12) of a standard, for editors; made from the same tables that documents are read by.</summary>
public static class StandardSchema
{
    private const string Id = "^[a-z][a-z0-9-]{0,63}$";

    public static JsonObject Build() => new()
    {
        ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
        ["title"] = "FeatureGovernance standard",
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = new JsonArray("name", "rules"),
        ["properties"] = new JsonObject
        {
            ["name"] = new JsonObject { ["type"] = "string", ["pattern"] = Id },
            ["description"] = Text("What the standard is for."),
            ["team"] = Text("The team whose addition this is; left out in the organisation's own."),
            ["effectiveFrom"] = Date("The first day; at once where left out."),
            ["scorecard"] = Object("The ladder of levels.", new JsonObject
            {
                ["levels"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string", ["pattern"] = Id },
                    ["minItems"] = 1, ["maxItems"] = 10 },
                ["quota"] = Number("The share of its features that lifts a team or group.", 0.01, 1),
            }, "levels"),
            ["adoption"] = Adoption(),
            ["review"] = Review(),
            ["rules"] = new JsonObject { ["type"] = "array", ["maxItems"] = 500, ["items"] = new JsonObject { ["oneOf"] = new JsonArray([.. RuleKinds.All.Select(Rule)]) } },
        },
    };

    private static JsonObject Rule(RuleKind kind)
    {
        var properties = new JsonObject
        {
            ["id"] = new JsonObject { ["type"] = "string", ["pattern"] = Id },
            ["kind"] = new JsonObject { ["const"] = kind.Name, ["description"] = kind.Summary },
            ["level"] = Words<RuleLevel>("How serious; warn where left out."),
            ["message"] = Text("What is wrong where it fails, a clause such as: it has no description."),
            ["remedy"] = Text("What to do about it."),
            ["scope"] = Scope(),
            ["effectiveFrom"] = Date("From this day on."),
            ["graceDays"] = Number("Days after effectiveFrom in which features registered before it are only warned.", 0, 1_095),
            ["for"] = Text("The lowest level of the scorecard that asks for it."),
            ["effort"] = Number($"How much work it is to meet; {kind.Effort} where left out.", 0, 1_000),
            ["whenUnknown"] = new JsonObject { ["enum"] = new JsonArray("pass", "fail"), ["description"] = "What becomes of what is not known; pass where left out." },
            ["exemptible"] = new JsonObject { ["type"] = "boolean", ["description"] = "Whether a feature may be exempted; true where left out." },
        };
        foreach (var parameter in kind.Parameters)
            properties[parameter.Name] = Of(parameter);
        return Object(kind.Summary, properties, ["id", "kind", "remedy", .. kind.Parameters.Where(one => one.Required).Select(one => one.Name)]);
    }

    private static JsonObject Of(Parameter parameter) => parameter.Type switch
    {
        ParameterType.Number => Number(parameter.Summary, parameter.Least, parameter.Most),
        ParameterType.Flag => new() { ["type"] = "boolean", ["description"] = parameter.Summary },
        ParameterType.Words => List(parameter.Summary, parameter.Choices),
        _ => Text(parameter.Summary),
    };

    private static JsonObject Scope() => Object("Which features it concerns; all sides must fit.", new JsonObject(
    [
        .. Sides(),
        new("stages", List("Stages at which it holds, and for entering them.", [.. Enum.GetValues<Stage>().Select(Core.Words.Of)])),
        new("transitions", List("Stages for whose entering alone it holds.", [.. Enum.GetValues<Stage>().Select(Core.Words.Of)])),
    ]));

    private static KeyValuePair<string, JsonNode?>[] Sides() =>
    [
        new("kinds", List("Kinds of feature.", [.. Enum.GetValues<FeatureKind>().Select(Core.Words.Of)])),
        new("teams", List("The owning team, or one above it.", null)),
        new("groups", List("Groups; a trailing * stands for anything.", null)),
        new("tiers", List("Values of the tag tier.", null)),
    ];

    private static JsonObject Adoption() => Object("How adoptions are decided.", new JsonObject
    {
        ["autoApprove"] = new JsonObject
        {
            ["type"] = "array",
            ["maxItems"] = 50,
            ["items"] = Object("Where it is true, nobody needs to decide.",
                new JsonObject { ["when"] = Text("An expression over feature and asking model.") }, "when"),
        },
        ["trial"] = Object("How long a trial may last, and what it must have shown by then.", new JsonObject
        {
            ["days"] = Number("The longest.", 1, 730),
            ["minimumShare"] = Number("The feature's share of the model's importance.", 0, 1),
        }),
        ["lookAlikeThreshold"] = Number("How alike a feature must be to count as strong.", 0.1, 1),
    });

    private static JsonObject Review() => Object("How deprecations are reviewed.", new JsonObject
    {
        ["reviewers"] = new JsonObject
        {
            ["type"] = "array",
            ["maxItems"] = 100,
            ["items"] = Object("A team to ask beside owners and readers.", new JsonObject(
            [
                new("team", Text("Whom to ask.")),
                new("when", Text("An expression over the feature; what is not known counts as true.")),
                .. Sides(),
            ]), "team"),
        },
        ["silence"] = Object("Whose silence agrees; nobody's where left out.", new JsonObject
        {
            ["consents"] = List("Teams asked as readers, by a rule, or both.", [Core.Words.Of(ReviewCause.Reader), Core.Words.Of(ReviewCause.Rule)]),
            ["daysOverdue"] = Number("Days after the review was due.", 0, 365),
        }),
    });

    private static JsonObject Object(string description, JsonObject properties, params string[] required)
    {
        var schema = new JsonObject { ["type"] = "object", ["description"] = description, ["additionalProperties"] = false, ["properties"] = properties };
        if (required.Length > 0)
            schema["required"] = new JsonArray([.. required.Select(name => (JsonNode)name)]);
        return schema;
    }

    private static JsonObject List(string description, string[]? choices)
    {
        var item = choices is null
            ? new JsonObject { ["type"] = "string" }
            : new JsonObject { ["enum"] = new JsonArray([.. choices.Select(word => (JsonNode)word)]) };
        return new() { ["description"] = description, ["anyOf"] = new JsonArray(item, new JsonObject { ["type"] = "array", ["items"] = item.DeepClone(), ["minItems"] = 1 }) };
    }

    private static JsonObject Words<T>(string description)
        where T : struct, Enum => new() { ["enum"] = new JsonArray([.. Enum.GetValues<T>().Select(word => (JsonNode)Core.Words.Of(word))]), ["description"] = description };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static JsonObject Date(string description) => new() { ["type"] = "string", ["format"] = "date", ["description"] = description };

    private static JsonObject Number(string description, double least, double most) =>
        new() { ["type"] = "number", ["minimum"] = least, ["maximum"] = most, ["description"] = description };
}
