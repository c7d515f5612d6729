using System.Text.Json;
using FeatureGovernance.Server.Http;

namespace FeatureGovernance.Server.Capacity;

internal static class ReportedLines
{
    /// <summary>What a line says; null where it says nothing that can be read, and then its faults are told.</summary>
    public static T? Read<T>(this NdjsonLine line, FieldFaults faults)
        where T : class
    {
        try
        {
            if (line.Fault is not null)
                faults.Add("line", line.Fault, "Send lines of at most 1 MB.");
            else if (JsonSerializer.Deserialize<T>(line.Text.Span, Json.Options) is { } said)
                return said;
            else
                faults.Add("line", "The line is null.", "Send a JSON object.");
        }
        catch (JsonException exception)
        {
            var fault = JsonFaults.Describe(exception);
            faults.Add(fault.Field, fault.Message, fault.Remedy);
        }

        return null;
    }
}
