using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.Tests;

namespace FeatureGovernance.ServerTests.Telemetry;

/// <summary>Importance from the files that libraries and experiments write.</summary>
public sealed class ImportanceFileTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    // The printed importances are counts of splits, and hold one feature only: neither may be believed.
    private const string LightGbm = """
        tree
        version=v4
        num_class=1
        max_feature_idx=2
        objective=binary sigmoid:1
        feature_names=user__age user__height days
        feature_infos=[0:1] [0:1] none

        Tree=0
        num_leaves=3
        split_feature=0 1
        split_gain=8 1
        left_child=1 -1

        Tree=1
        num_leaves=1
        split_feature=
        split_gain=

        Tree=2
        num_leaves=2
        split_feature=0
        split_gain=3

        end of trees

        feature_importances:
        user__height=1000
        """;

    private const string XgboostDump = """
        [{"nodeid":0,"split":"user__age","gain":5.5,"cover":10,"children":[{"nodeid":1,"leaf":0.1},
          {"nodeid":2,"split":"days","gain":1.5,"children":[{"nodeid":3,"leaf":0},{"nodeid":4,"leaf":1}]}]},{"nodeid":0,"leaf":0.2}]
        """;

    private const string XgboostSaved = """
        {"learner":{"feature_names":["user__age","days"],"gradient_booster":{"name":"gbtree","model":{"trees":[
          {"left_children":[1,-1,-1],"split_indices":[1,0,0],"loss_changes":[4.0,0.5,0.5]}]}}},"version":[2,0,0]}
        """;

    public async ValueTask InitializeAsync()
    {
        if (await server.QueryAsync<long>("select count(*) from registry.model") > 0)
            return;
        await server.Admin.TeamAsync("core");
        foreach (var key in (string[])["user:age", "user:height", "user:days", "other:days", "user:weight"])
            await server.Admin.FeatureAsync(key, "core");
        foreach (var model in (string[])["ctr", "twice"])
            await server.Admin.ModelAsync(model, "core");
        await server.Admin.ManifestAsync("ctr", "v1", ["user:age", "user:height", "user:days"]);
        await server.Admin.ManifestAsync("twice", "v1", ["user:days", "other:days"]);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("lightgbm", LightGbm, "gain", "user:age=11 user:days=0 user:height=1")]
    [InlineData("xgboost", XgboostDump, "gain", "user:age=5.5 user:days=1.5 user:height=0")]
    [InlineData("xgboost", XgboostSaved, "gain", "user:age=0 user:days=4 user:height=0")]
    [InlineData("xgboost", """{"user__age": 12.5, "days": 3}""", "gain", "user:age=12.5 user:days=3 user:height=0")]
    [InlineData("shap", """{"user:age": 0.25, "height": 0}""", "shap", "user:age=0.25 user:height=0")]
    [InlineData("shap", "feature,mean_abs_shap\nuser__age,0.5\n\"days\",0.125\n", "shap", "user:age=0.5 user:days=0.125")]
    [InlineData("permutation", """{"feature_names":["age","days"],"importances_mean":[0.5,-0.25],"importances_std":[0.2,0.4],"n_repeats":4}""", "permutation", "user:age=0.5±0.1 user:days=-0.25±0.2")]
    [InlineData("permutation", "feature,importance,std,n_repeats\nage,2,0.3,9\n", "permutation", "user:age=2±0.1")]
    [InlineData("ablation", """{"metric":"NE","baseline":{"value":0.75,"standardError":0.03},"ablations":[{"feature":"age","without":1.0,"withoutStandardError":0.04},{"feature":"days","without":0.5}]}""", "ablation", "user:age=0.25±0.05 user:days=-0.25")]
    [InlineData("ablation", """{"metric":"recall@100","rows":[{"feature":"age","with":[0.5,0.5],"without":[0.25,0.25]}]}""", "ablation", "user:age=0.25±0")]
    [InlineData("ablation", """{"metric":"odd","higherIsBetter":false,"rows":[{"feature":"age","with":1,"without":3,"standardError":0.5}]}""", "ablation", "user:age=2±0.5")]
    [InlineData("coefficients", "term,coefficient,scale,standard_error\n(Intercept),9,1,1\nage,-2,0.5,0.2\n", "coefficient", "user:age=1±0.1")]
    [InlineData("coefficients", """{"standardised":true,"coefficients":{"age":-0.5,"intercept":3}}""", "coefficient", "user:age=0.5")]
    public async Task A_file_lands_as_the_evidence_it_is(string format, string file, string method, string values)
    {
        var answer = (await SendAsync($"format={format}&model=ctr&evaluatedAt=2026-05-01T06:00:00Z&metric={(format == "ablation" ? "odd" : "auc")}", file)).Expect(200);
        answer.Number("landed").Should().Be(1);
        var landed = await server.QueryAsync<string>("""
            select string_agg(f.key || '=' || i.value || coalesce('±' || round(i.standard_error::numeric, 9)::float8, ''), ' ' order by f.key)
            from telemetry.importance i join registry.feature f on f.id = i.feature_id
            where (i.method, i.metric_id, i.evaluated_at) = (
                select method, metric_id, evaluated_at from telemetry.importance where method = {m} and evaluated_at = '2026-05-01T06:00:00Z' limit 1)
            """.Replace("{m}", $"{Array.IndexOf(["ablation", "permutation", "shap", "gain", "split", "coefficient"], method)}", StringComparison.Ordinal));
        landed.Should().Be(values);
    }

    [Theory]
    [InlineData("format=pickle&model=ctr", "x", 400, "format")]
    [InlineData("format=shap", "{}", 400, "model")]
    [InlineData("format=shap&model=nobody", """{"age":1}""", 422, "model")]
    [InlineData("format=shap&model=ctr&evaluatedAt=soon", """{"age":1}""", 400, "evaluatedAt")]
    [InlineData("format=shap&model=ctr", "", 400, "body")]
    [InlineData("format=shap&model=ctr", "{", 400, "body")]
    [InlineData("format=shap&model=ctr", "[1]", 400, "[0]")]
    [InlineData("format=shap&model=ctr", """{"age":-1}""", 400, "age.value")]
    [InlineData("format=shap&model=ctr", """{"age":0}""", 400, "body")]
    [InlineData("format=shap&model=ctr", "feature,value\nage,NaN\n", 400, "body")]
    [InlineData("format=shap&model=ctr", "feature,value\nage\n", 400, "body")]
    [InlineData("format=shap&model=ctr", "feature,value\nage,1\nage,2\n", 400, "body")]
    [InlineData("format=shap&model=ctr", """{"wieght":1}""", 422, "feature")]
    [InlineData("format=shap&model=twice", """{"days":1}""", 422, "feature")]
    [InlineData("format=shap&model=ctr", """{"age":1,"user__age":2}""", 422, "feature")]
    [InlineData("format=lightgbm&model=ctr", "not a model", 400, "body")]
    [InlineData("format=lightgbm&model=ctr", "feature_names=age\nTree=0\nsplit_feature=0 0\nsplit_gain=1\n", 400, "split_gain")]
    [InlineData("format=lightgbm&model=ctr", "feature_names=age\nTree=0\nsplit_feature=7\nsplit_gain=1\n", 400, "split_feature")]
    [InlineData("format=lightgbm&model=ctr", "feature_names=age\nTree=0\nsplit_feature=0\nTree=1\n", 400, "split_gain")]
    [InlineData("format=lightgbm&model=ctr", "feature_names=age\n", 400, "body")]
    [InlineData("format=xgboost&model=ctr", """[{"split":"age","children":[]}]""", 400, "gain")]
    [InlineData("format=xgboost&model=ctr", """{"learner":{}}""", 400, "learner.gradient_booster")]
    [InlineData("format=ablation&model=ctr&metric=odd", """[{"feature":"age","with":1,"without":2}]""", 400, "higherIsBetter")]
    [InlineData("format=ablation&model=ctr", """[{"feature":"age","without":2}]""", 400, "[0].with")]
    [InlineData("format=coefficients&model=ctr", """{"age":2}""", 400, "age.scale")]
    [InlineData("format=shap&model=ctr&version=v9", """{"age":1}""", 422, "version")]
    public async Task A_file_that_cannot_be_believed_is_refused_by_its_fault(string query, string file, int status, string field) =>
        (await SendAsync(query, file)).Expect(status).FaultyFields.Should().Contain(field);

    [Fact]
    public async Task A_model_in_XGBoosts_binary_form_lands_by_request_and_by_command()
    {
        var model = XgboostBytes.Model(["user__age", "days"], 4, 1.5f);
        const string Query = "telemetry/importance?format=xgboost&model=ctr&metric=ne&evaluatedAt=2026-05-02T06:00:00Z";
        (await server.Admin.SendBytesAsync(HttpMethod.Post, Query, model, "application/octet-stream")).Expect(200).Number("landed").Should().Be(1);
        (await server.QueryAsync<double>("""
            select i.value from telemetry.importance i join registry.feature f on f.id = i.feature_id where f.key = 'user:days' and i.evaluated_at = '2026-05-02T06:00:00Z'
            """)).Should().Be(4);
        (await server.Admin.SendBytesAsync(HttpMethod.Post, Query, model[..^40], "application/octet-stream")).Expect(400).FaultyFields.Should().Contain("body");

        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, model, TestContext.Current.CancellationToken);
            await RunAsync(0, "telemetry", "importance", file, "--format", "xgboost", "--model", "ctr", "--metric", "ne");
            await File.WriteAllBytesAsync(file, model[..^1], TestContext.Current.CancellationToken);
            await RunAsync(2, "telemetry", "importance", file, "--format", "xgboost", "--model", "ctr", "--metric", "ne");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task The_command_sends_a_models_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, LightGbm, TestContext.Current.CancellationToken);
            await RunAsync(0, "telemetry", "importance", file, "--format", "lightgbm", "--model", "ctr", "--version", "v1");
            await RunAsync(2, "telemetry", "importance", file, "--format", "lightgbm");
            await RunAsync(2, "telemetry", "importance", file, "--model", "ctr");
            await RunAsync(2, "telemetry", "importance", file, "--format", "xgboost", "--model", "ctr");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private Task<Answer> SendAsync(string query, string file) =>
        server.Admin.SendTextAsync(HttpMethod.Post, $"telemetry/importance?{query}", file, "application/octet-stream");

    private Task<string> RunAsync(int code, params string[] words) => server.Admin.CommandAsync(code, words);
}
