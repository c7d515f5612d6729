using System.Text.Json;

namespace FeatureGovernance.Client;

/// <summary>Turns an unsuccessful answer into the exception that says what it says.</summary>
internal static class Problem
{
    private const int MostBytes = 1 << 20;

    public static async Task<GovernanceException> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var status = (int)answer.StatusCode;
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        try
        {
            var buffer = new byte[MostBytes];
            var length = await body.ReadAtLeastAsync(buffer, MostBytes, throwOnEndOfStream: false, cancellation);
            if (JsonSerializer.Deserialize<Document>(buffer.AsSpan(0, length), ClientJson.Options) is { Code: not null } problem)
                return new(status, problem.Code, problem.Detail ?? problem.Title ?? problem.Code, problem.Errors ?? [], problem.RequestId);
        }
        catch (JsonException)
        {
            // Not a problem document: a proxy's page, say. The status is all that can be told.
        }

        return new(status, $"http-{status}", $"{answer.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Path)} answered {status} {answer.ReasonPhrase}.", []);
    }

    private sealed record Document(string? Code, string? Title, string? Detail, string? RequestId, IReadOnlyList<FieldProblem>? Errors);
}
