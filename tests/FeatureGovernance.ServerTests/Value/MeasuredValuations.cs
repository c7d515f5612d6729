using FeatureGovernance.Server.Value.Valuations;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Value;

internal static class MeasuredValuations
{
    /// <summary>The valuation when it is over: measured here and now, unless the server's own worker came first.</summary>
    public static async Task<Answer> MeasuredAsync(this ApiServer server, int id)
    {
        await using (var scope = server.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<ValuationJob>().RunAsync(id, TestContext.Current.CancellationToken);
        return await server.Admin.EndOfAsync($"valuations/{id}");
    }
}
