using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace FeatureGovernance.ServerTests.Fixtures;

/// <summary>What came back.</summary>
public sealed record Answer(HttpStatusCode Status, JsonElement Body, HttpResponseHeaders Headers, string Raw)
{
    public string? ETag => Headers.ETag?.ToString();

    /// <summary>The stable code of a problem.</summary>
    public string? Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;

    public IEnumerable<string> FaultyFields =>
        Body.TryGetProperty("errors", out var errors) ? errors.EnumerateArray().Select(error => error.GetProperty("field").GetString()!) : [];

    /// <summary>The same answer, of a run that ended in this state.</summary>
    public Answer ExpectState(string state)
    {
        Text("state").Should().Be(state, "the run says {0}", Raw);
        return this;
    }

    public Answer Expect(int status)
    {
        ((int)Status).Should().Be(status, "the answer was {0}", Raw);
        return this;
    }

    /// <summary>Refused as a problem with this status and code.</summary>
    public Answer ExpectProblem(int status, string code)
    {
        Expect(status);
        Code.Should().Be(code, "the answer was {0}", Raw);
        return this;
    }

    public string Text(string property) => Body.GetProperty(property).GetString()!;

    public int Number(string property) => Body.GetProperty(property).GetInt32();

    public JsonElement[] Items(string property = "items") => [.. Body.GetProperty(property).EnumerateArray()];
}

/// <summary>Real HTTP to the service, as one caller.</summary>
public sealed class Api(HttpClient http)
{
    public HttpClient Http => http;

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null, []);

    public Task<Answer> PutAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, path, JsonContent.Create(body), headers);

    public Task<Answer> PostAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, JsonContent.Create(body), headers);

    public Task<Answer> PatchAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Patch, path, JsonContent.Create(body), headers);

    /// <summary>Sends text as it is, for bodies that no serializer would write.</summary>
    public Task<Answer> SendTextAsync(
        HttpMethod method, string path, string body, string contentType = "application/json", params (string Name, string Value)[] headers) =>
        SendAsync(method, path, new StringContent(body, Encoding.UTF8, contentType), headers);

    public Task<Answer> SendBytesAsync(HttpMethod method, string path, byte[] body, string contentType, params (string Name, string Value)[] headers)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new(contentType);
        return SendAsync(method, path, content, headers);
    }

    /// <summary>The run at this path when it is over; not how fast, but that it ends.</summary>
    public async Task<Answer> EndOfAsync(string path)
    {
        for (var attempt = 0; ; attempt++)
        {
            var run = (await GetAsync(path)).Expect(200);
            if (run.Text("state") is not ("queued" or "running") || attempt == 2_400)
                return run;
            await Task.Delay(50);
        }
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request);
        var raw = await response.Content.ReadAsStringAsync();
        var form = response.Content.Headers.ContentType?.MediaType ?? "";
        var isJson = form.EndsWith("json", StringComparison.Ordinal) && form != "application/x-ndjson" && raw.Length > 0;
        return new(response.StatusCode, isJson ? JsonSerializer.Deserialize<JsonElement>(raw) : default, response.Headers, raw);
    }
}
