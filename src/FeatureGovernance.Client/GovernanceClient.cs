using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using FeatureGovernance.Contracts;

namespace FeatureGovernance.Client;

/// <summary>
/// The API for .NET programs. Typed methods cover the registry, access and audit; the generic ones reach every other path, with any type
/// that fits the documented JSON. Every refusal is thrown as a <see cref="GovernanceException"/>. Safe for concurrent use.
/// </summary>
public sealed partial class GovernanceClient : IDisposable
{
    private readonly HttpClient http;
    private readonly Uri root;

    /// <summary>Speaks through the given client, which carries the token and whose base address is the server's.</summary>
    /// <exception cref="ArgumentException">The client has no base address.</exception>
    public GovernanceClient(HttpClient http)
    {
        var address = http.BaseAddress ?? throw new ArgumentException("The client has no base address.", nameof(http));
        this.http = http;
        root = new Uri($"{address.AbsoluteUri.TrimEnd('/')}/api/v1/");
    }

    /// <summary>Connects to the server at an address, for example <c>http://127.0.0.1:5080</c>, with a token. Waits for answers as long as they take.</summary>
    public static GovernanceClient Connect(Uri address, string token, HttpMessageHandler? handler = null)
    {
        var http = handler is null ? new HttpClient() : new HttpClient(handler, disposeHandler: false);
        http.BaseAddress = address;
        http.Timeout = Timeout.InfiniteTimeSpan;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("feature-governance-client",
            typeof(GovernanceClient).Assembly.GetName().Version?.ToString(3)));
        return new(http);
    }

    /// <summary>Reads a resource; the path is relative to <c>/api/v1/</c>.</summary>
    public Task<T> GetAsync<T>(string path, CancellationToken cancellation = default) => SendAsync<T>(HttpMethod.Get, path, null, cancellation);

    /// <summary>Reads a resource; null where the server has none by that name.</summary>
    public async Task<T?> FindAsync<T>(string path, CancellationToken cancellation = default)
        where T : class
    {
        try
        {
            return await GetAsync<T>(path, cancellation);
        }
        catch (GovernanceException missing) when (missing.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Reads a list page by page, as far as it is consumed.</summary>
    public async IAsyncEnumerable<T> ListAsync<T>(string path, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string? cursor = null;
        do
        {
            var page = await GetAsync<Page<T>>(path.With(("cursor", cursor)), cancellation);
            foreach (var item in page.Items)
                yield return item;
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    /// <summary>Puts a resource; with <paramref name="revision"/>, only where that revision is still the present one (else 412).</summary>
    public Task<T> PutAsync<T>(string path, object body, int? revision = null, CancellationToken cancellation = default) =>
        SendAsync<T>(HttpMethod.Put, path, AsJson(body), cancellation, request =>
        {
            if (revision is { } present)
                request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{present}\""));
        });

    /// <summary>Posts a request.</summary>
    public Task<T> PostAsync<T>(string path, object body, CancellationToken cancellation = default) =>
        SendAsync<T>(HttpMethod.Post, path, AsJson(body), cancellation);

    /// <summary>Changes the fields named in a JSON merge patch (RFC 7396).</summary>
    public Task<T> PatchAsync<T>(string path, object patch, CancellationToken cancellation = default) =>
        SendAsync<T>(HttpMethod.Patch, path,
            JsonContent.Create(patch, patch.GetType(), new MediaTypeHeaderValue(MediaTypes.MergePatch), ClientJson.Options), cancellation);

    /// <summary>Deletes a resource.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancellation = default)
    {
        using var answer = await SendAsync(HttpMethod.Delete, path, null, cancellation);
    }

    /// <summary>Posts a request and returns the answer as text in the form asked for, for example SARIF.</summary>
    public async Task<string> PostForTextAsync(string path, object body, string accept, CancellationToken cancellation = default)
    {
        using var answer = await SendAsync(HttpMethod.Post, path, AsJson(body), cancellation, request => request.Headers.Accept.ParseAdd(accept));
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    /// <summary>Reads an answer in the form asked for, for example newline-delimited JSON, line by line as it arrives.</summary>
    /// <exception cref="IOException">The answer was cut off.</exception>
    public async IAsyncEnumerable<string> LinesAsync(string path, string accept, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, cancellation, request => request.Headers.Accept.ParseAdd(accept));
        using var text = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
        while (await text.ReadLineAsync(cancellation) is { } line)
            yield return line;
    }

    /// <summary>Sends a text as it is, for example a standard in YAML.</summary>
    public Task<T> SendTextAsync<T>(HttpMethod verb, string path, string text, string mediaType, CancellationToken cancellation = default) =>
        SendAsync<T>(verb, path, new StringContent(text, Encoding.UTF8, mediaType), cancellation);

    /// <summary>Posts a stream as it is; <paramref name="progress"/> hears the number of bytes sent so far.</summary>
    public Task<T> UploadAsync<T>(string path, Stream source, string mediaType, IProgress<long>? progress = null, CancellationToken cancellation = default) =>
        SendAsync<T>(HttpMethod.Post, path, new StreamBody(source, mediaType, progress), cancellation, AskFirst);

    /// <summary>Posts objects one a line, made while they are sent; <paramref name="progress"/> hears the number of lines sent so far.</summary>
    public Task<T> UploadLinesAsync<T, TLine>(
        string path, IEnumerable<TLine> lines, IProgress<long>? progress = null, CancellationToken cancellation = default) =>
        SendAsync<T>(HttpMethod.Post, path, new LinesBody<TLine>(lines, progress), cancellation, AskFirst);

    /// <inheritdoc />
    public void Dispose() => http.Dispose();

    // A refusal then arrives before a long body is sent, instead of as a broken connection.
    private static void AskFirst(HttpRequestMessage request) => request.Headers.ExpectContinue = true;

    private static JsonContent AsJson(object body) => JsonContent.Create(body, body.GetType(), options: ClientJson.Options);

    private async Task<T> SendAsync<T>(
        HttpMethod verb, string path, HttpContent? body, CancellationToken cancellation, Action<HttpRequestMessage>? prepare = null)
    {
        using var answer = await SendAsync(verb, path, body, cancellation, prepare);
        try
        {
            return await answer.Content.ReadFromJsonAsync<T>(ClientJson.Options, cancellation) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException notOurs)
        {
            throw new GovernanceException((int)answer.StatusCode, "unreadable-answer",
                $"{answer.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Path)} did not answer as this API does: {notOurs.Message}", []);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod verb, string path, HttpContent? body, CancellationToken cancellation, Action<HttpRequestMessage>? prepare = null)
    {
        using var request = new HttpRequestMessage(verb, new Uri(root, path)) { Content = body };
        prepare?.Invoke(request);
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw await Problem.ReadAsync(answer, cancellation);
    }
}
