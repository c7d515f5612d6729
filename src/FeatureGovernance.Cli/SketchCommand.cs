using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.Cli;

/// <summary><c>featgov sketch FILE…</c>: what serialized Apache DataSketches sketches say, one JSON line each.</summary>
internal static class SketchCommand
{
    private const int Pass = 0;
    private const int Error = 2;

    // A sketch of 2^21 registers has 2 MiB; nothing sensible is larger than this.
    private const long MostBytes = 256L << 20;

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Serialized sketches: KLL, HLL or frequent items.",
            Arity = ArgumentArity.OneOrMore,
        };
        var kind = new Option<string?>("--kind") { Description = "The kind that the files must be, where the bytes leave it open." };
        kind.AcceptOnlyFromAmong([.. SketchKinds.Askable]);

        var command = new Command("sketch", "Print serialized Apache DataSketches sketches, one JSON line per file.") { files, kind };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(files),
            SketchKinds.Parse(parsed.GetValue(kind)),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    internal static int Run(IEnumerable<string> files, SketchKind? kind, TextWriter output, TextWriter errors)
    {
        var exitCode = Pass;
        foreach (var file in files)
        {
            try
            {
                if (Directory.Exists(file))
                    throw new IOException("This is a folder; name the files in it.");
                var bytes = new FileInfo(file) is { Exists: true, Length: > MostBytes } large
                    ? throw new SketchFormatException(0, $"The file has {large.Length} bytes, more than any sketch")
                    : File.ReadAllBytes(file);
                output.WriteLine(ToJson(file, SketchDetection.Read(bytes, kind, Path.GetFileName(file)).Summarize()));
            }
            catch (Exception refused) when (refused is SketchFormatException or IOException or UnauthorizedAccessException)
            {
                errors.WriteLine($"{file}: {refused.Message}");
                exitCode = Error;
            }
        }

        return exitCode;
    }

    private static string ToJson(string file, SketchSummary summary)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Readable))
        {
            json.WriteStartObject();
            json.WriteString("file", file);
            json.WriteString("kind", summary.Kind.Name());
            Write(json, "n", summary.N);
            Write(json, "estimate", summary.Estimate);
            Write(json, "lowerBound", summary.LowerBound);
            Write(json, "upperBound", summary.UpperBound);
            Write(json, "min", summary.Minimum);
            Write(json, "max", summary.Maximum);
            Write(json, "median", summary.Median);
            WriteItems(json, summary);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteItems(Utf8JsonWriter json, SketchSummary summary)
    {
        if (summary.Items is not { } items)
        {
            json.WriteNull("items");
            return;
        }

        json.WriteStartArray("items");
        foreach (var item in items)
        {
            json.WriteStartObject();
            Write(json, "item", item.Item);
            json.WriteNumber("estimate", item.Estimate);
            json.WriteNumber("lowerBound", item.LowerBound);
            json.WriteNumber("upperBound", item.UpperBound);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // JSON has no infinity: it is written as a string.
    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }
}
