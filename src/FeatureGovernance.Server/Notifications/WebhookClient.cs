using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using FeatureGovernance.Core.Notifications;

namespace FeatureGovernance.Server.Notifications;

/// <summary>
/// Posts to addresses that users chose, so trusts none of them: the address is judged after its name is resolved and is the one that is
/// then connected to, no redirect is followed, no proxy and no cookie is used, and of the answer little is read.
/// </summary>
internal sealed class WebhookClient : IDisposable
{
    private const int MostOfAnswer = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly IReadOnlyList<IPNetwork> allowed;
    private readonly HttpClient http;

    public WebhookClient(NoticeSettings settings)
    {
        allowed = settings.AllowedNetworks;
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 16,
            // Our trace is nothing to strangers.
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
        }) { Timeout = Patience };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("FeatureGovernance",
            typeof(WebhookClient).Assembly.GetName().Version?.ToString(3)));
    }

    /// <summary>Whether an address may be reached, in the clear or encrypted.</summary>
    public static bool IsAllowed(IPAddress address, bool encrypted, IReadOnlyList<IPNetwork> allowed) =>
        TargetRules.IsWithin(address, allowed) || (encrypted && TargetRules.IsPublic(address));

    public async Task<Outcome> PostAsync(Uri target, byte[] body, CancellationToken cancellation,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json") { CharSet = "utf-8" };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return answer.IsSuccessStatusCode
                ? Outcome.Taken
                : Outcome.Failed($"The receiver answered {(int)answer.StatusCode}. {await BeginningAsync(answer, cancellation)}".Trim(),
                    answer.Headers.RetryAfter?.Delta);
        }
        catch (HttpRequestException refused) when (refused.GetBaseException() is TargetRefusedException why)
        {
            return Outcome.Hopeless(why.Message);
        }
        catch (TaskCanceledException slow) when (slow.InnerException is TimeoutException)
        {
            return Outcome.Failed($"The receiver did not answer within {Patience.TotalSeconds:0} seconds.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return Outcome.Failed($"The receiver could not be reached: {exception.GetBaseException().Message}");
        }
    }

    public void Dispose() => http.Dispose();

    // Checked here and not before: whoever owns a name may let it answer otherwise the next time it is asked.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var target = context.DnsEndPoint;
        var encrypted = context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps;
        var found = IPAddress.TryParse(target.Host, out var literal) ? [literal]
            : await Dns.GetHostAddressesAsync(target.Host, cancellation);
        var addresses = found.Where(address => IsAllowed(address, encrypted, allowed)).ToArray();
        if (addresses.Length == 0)
        {
            throw new TargetRefusedException(encrypted || found.All(address => !TargetRules.IsPublic(address))
                ? $"{target.Host} is not of the public internet; an operator may allow its network (Notices:AllowedNetworks)."
                : $"{target.Host} would be reached unencrypted; use https.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<string> BeginningAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var bytes = new byte[MostOfAnswer];
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return Http.FieldFaults.Printable(Encoding.UTF8.GetString(bytes, 0, length));
    }
}

/// <summary>A webhook's address resolves to where webhooks may not go.</summary>
internal sealed class TargetRefusedException(string message) : Exception(message);
