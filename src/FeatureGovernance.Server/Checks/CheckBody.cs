using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Checks;
using FeatureGovernance.Server.Http;

namespace FeatureGovernance.Server.Checks;

/// <summary>
/// The body of a check, read straight from its bytes: a manifest of hundreds of names arrives with every commit of every repository.
/// </summary>
internal sealed record CheckBody(CheckRequest Request, string? Repository, string? Commit, long MinimumVersion)
{
    private const int MostFeatures = 50_000;
    private const int LongestReference = 512;
    private const int MostFaults = 20;

    /// <summary>Reads a body; what is not well-formed JSON at all is thrown, as everywhere.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static CheckBody? Read(ReadOnlySpan<byte> utf8, out Refusal? refusal)
    {
        var parser = new Parser(utf8);
        var body = parser.Read();
        refusal = parser.Faults.Refusal;
        return refusal is null ? body : null;
    }

    private ref struct Parser(ReadOnlySpan<byte> utf8)
    {
        private Utf8JsonReader json = new(utf8, new JsonReaderOptions { MaxDepth = 32 });
        private string? model;
        private ImmutableArray<string> features;
        private ImmutableArray<string> baseline;
        private string? repository;
        private string? commit;
        private long? minimumVersion;
        private Fields given;

        public FieldFaults Faults { get; } = new();

        public CheckBody? Read()
        {
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
            {
                json.Skip();
                Faults.Add("body", "The body is not an object.", "Send {\"model\": …, \"features\": […]}.", "wrong-type");
            }
            else
            {
                while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
                    Field();
                Judge();
            }

            // Whatever follows the value is a fault of the JSON.
            json.Read();
            return Faults.Any ? null : new(new(model!, features, baseline), repository, commit, minimumVersion ?? 0);
        }

        private void Field()
        {
            if (json.ValueTextEquals("features"u8))
                features = Once(Fields.Features, "features") ? References("features") : features;
            else if (json.ValueTextEquals("model"u8))
                model = Once(Fields.Model, "model") ? Text("model") : model;
            else if (json.ValueTextEquals("baseline"u8))
                baseline = Once(Fields.Baseline, "baseline") ? References("baseline") : baseline;
            else if (json.ValueTextEquals("repository"u8))
                repository = Once(Fields.Repository, "repository") ? Text("repository") : repository;
            else if (json.ValueTextEquals("commit"u8))
                commit = Once(Fields.Commit, "commit") ? Text("commit") : commit;
            else if (json.ValueTextEquals("minimumVersion"u8))
                minimumVersion = Once(Fields.MinimumVersion, "minimumVersion") ? Number("minimumVersion") : minimumVersion;
            else
                Unknown();
        }

        private void Judge()
        {
            if ((given & Fields.Model) == 0 || model is { Length: 0 })
                Fault("model", "The field is required.", "Give the model's name.", "required-field");
            else
                Faults.Slug("model", model, required: false);
            if ((given & Fields.Features) == 0)
                Fault("features", "The field is required.", "List every feature of the manifest.", "required-field");
            else if (features is { IsDefault: false, Length: 0 })
                Fault("features", "A manifest names at least one feature.", "List every feature of the manifest.", "required-field");
            Faults.Text("repository", repository, 512);
            Faults.Text("commit", commit, 128);
            if (minimumVersion < 0)
                Fault("minimumVersion", $"{minimumVersion} is out of range.", "Use the Registry-Version header of a write.");
        }

        private bool Once(Fields field, string name)
        {
            var first = (given & field) == 0;
            given |= field;
            if (first)
            {
                json.Read();
                return true;
            }

            json.Skip();
            Fault(name, "The field is given twice.", "Give it once.", "duplicate-field");
            return false;
        }

        private void Unknown()
        {
            var name = TryGetString(out var text) ? FieldFaults.Printable(text) : "�";
            Fault(Problems.Shorten(name), "No such field.", "Remove it, or check its spelling: names are camelCase.", "unknown-field");
            json.Skip();
        }

        private string? Text(string field)
        {
            if (json.TokenType == JsonTokenType.String && TryGetString(out var text))
                return text;
            if (json.TokenType == JsonTokenType.Null && field is not "model")
                return null;
            WrongType(field, json.TokenType == JsonTokenType.String ? "well-formed Unicode" : "a text");
            return null;
        }

        private long? Number(string field)
        {
            if (json.TokenType == JsonTokenType.Null || (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out _)))
                return json.TokenType == JsonTokenType.Null ? null : json.GetInt64();
            WrongType(field, "a whole number in range");
            return null;
        }

        private ImmutableArray<string> References(string field)
        {
            if (json.TokenType != JsonTokenType.StartArray)
            {
                if (json.TokenType != JsonTokenType.Null || field == "features")
                    WrongType(field, "a list of texts");
                return default;
            }

            var references = new string[256];
            var count = 0;
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                var position = count++;
                // The rest is read to its end, so that a fault of the JSON is found, and not kept.
                if (position >= MostFeatures)
                    json.Skip();
                else if (json.TokenType != JsonTokenType.String)
                    WrongType($"{field}[{position}]", "a text");
                else if (json.ValueSpan.Length > LongestReference * 6 || !TryGetString(out var reference))
                    Fault($"{field}[{position}]", "Not well-formed Unicode, or far too long.", $"Send valid UTF-8 of at most {LongestReference} characters.");
                else if (reference.Length > LongestReference)
                    Fault($"{field}[{position}]", $"The text is {reference.Length:N0} characters long.", $"Use at most {LongestReference}.");
                else
                    Keep(ref references, position, reference);
            }

            if (count > MostFeatures)
                Fault(field, $"There are {count:N0} references.", $"Use at most {MostFeatures:N0}.");
            if (references.Length != count)
                Array.Resize(ref references, Math.Min(count, MostFeatures));
            return ImmutableCollectionsMarshal.AsImmutableArray(references);
        }

        private static void Keep(ref string[] references, int position, string reference)
        {
            if (position >= references.Length)
                Array.Resize(ref references, Math.Max(position + 1, references.Length * 2));
            references[position] = reference;
        }

        private void WrongType(string field, string expected)
        {
            json.Skip();
            Fault(field, $"The value is not {expected}.", "Send the type that the API reference gives.", "wrong-type");
        }

        // Escapes may spell half a surrogate pair, which the reader throws at.
        private readonly bool TryGetString(out string text)
        {
            try
            {
                text = json.GetString()!;
                return true;
            }
            catch (InvalidOperationException)
            {
                text = "";
                return false;
            }
        }

        private readonly void Fault(string field, string message, string remedy, string? code = null)
        {
            if (Faults.All.Count < MostFaults)
                Faults.Add(field, message, remedy, code);
        }
    }

    [Flags]
    private enum Fields
    {
        None = 0,
        Model = 1,
        Features = 2,
        Baseline = 4,
        Repository = 8,
        Commit = 16,
        MinimumVersion = 32,
    }
}
