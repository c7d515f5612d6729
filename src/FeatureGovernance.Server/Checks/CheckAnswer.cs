using System.Collections.Immutable;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using FeatureGovernance.Contracts.Checks;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Checks;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace FeatureGovernance.Server.Checks;

/// <summary>A verdict on its way out, in the form that was asked for.</summary>
internal sealed class CheckAnswer(CheckBody body, CheckReport report, AnswerForm form) : IResult, IEndpointMetadataProvider
{
    internal static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(
        new ProducesResponseTypeMetadata(200, typeof(AdoptionCheckReport), [AnswerForms.Json, AnswerForms.Sarif, AnswerForms.Junit]));

    public async Task ExecuteAsync(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = form == AnswerForm.Junit ? $"{AnswerForms.Junit}; charset=utf-8" : AnswerForms.MediaType(form);
        response.Headers["Registry-Version"] = report.RegistryVersion.ToString();
        response.Headers.Vary = "Accept";
        switch (form)
        {
            case AnswerForm.Json:
                WriteJson(response);
                break;
            case AnswerForm.Sarif:
                SarifForm.Write(body, report, response.BodyWriter);
                break;
            case AnswerForm.Junit:
                JunitForm.Write(body, report, response.BodyWriter);
                break;
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private void WriteJson(HttpResponse response)
    {
        using var json = new Utf8JsonWriter(response.BodyWriter, Writing);
        json.WriteStartObject();
        json.WriteString("verdict"u8, Words<Verdict>.Text(report.Verdict));
        json.WriteNumber("registryVersion"u8, report.RegistryVersion);
        json.WriteStartArray("findings"u8);
        foreach (var finding in report.Findings)
            Write(json, finding);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("feature"u8, finding.Feature);
        json.WriteString("rule"u8, finding.Rule);
        json.WriteString("level"u8, Words<Core.Lifecycle.RuleLevel>.Text(finding.Level));
        json.WriteString("message"u8, finding.Message);
        json.WriteString("remedy"u8, finding.Remedy);
        WriteRest(json, finding);
        json.WriteEndObject();
    }

    /// <summary>What only some findings have.</summary>
    internal static void WriteRest(Utf8JsonWriter json, Finding finding)
    {
        if (finding.Replacement is not null)
            json.WriteString("replacement"u8, finding.Replacement);
        if (finding.Deadline is { } deadline)
            json.WriteString("deadline"u8, deadline);
        if (finding.Suggestions is not { IsDefaultOrEmpty: false } suggestions)
            return;
        json.WriteStartArray("suggestions"u8);
        foreach (var suggestion in suggestions)
            json.WriteStringValue(suggestion);
        json.WriteEndArray();
    }
}

/// <summary>None of the forms that the caller accepts.</summary>
internal sealed class NotAcceptable : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(406, typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), ["application/problem+json"]));

    public Task ExecuteAsync(HttpContext context) => Problems.WriteAsync(context, 406, "not-acceptable",
        $"A check is answered as {AnswerForms.Json}, {AnswerForms.Sarif} or {AnswerForms.Junit}; accept one of these.",
        ImmutableArray.Create(new FieldError("Accept", "None of the forms named is ours.", $"Send Accept: {AnswerForms.Json}.")));
}
