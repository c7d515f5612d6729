using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeatureGovernance.Server.Pages;

/// <summary>Pages as answers.</summary>
internal static class Rendered
{
    /// <summary>A page component with its model.</summary>
    public static RazorComponentResult<T> As<T>(object model, int status = 200)
        where T : IComponent => new(new Dictionary<string, object?> { ["Model"] = model }) { StatusCode = status };

    /// <summary>After a write, the page to read next; reloading that repeats nothing.</summary>
    public static IResult See(HttpContext context, string path)
    {
        context.Response.Headers.Location = path;
        return Results.StatusCode(303);
    }

    /// <summary>Takes an answer of the API apart: its value, or why there is none.</summary>
    public static bool Take<T>(this INestedHttpResult answer, out T value, out Refusal refusal)
    {
        refusal = (answer.Result as Refused)?.Refusal!;
        value = answer.Result is IValueHttpResult { Value: T some } ? some : default!;
        return refusal is null;
    }

    /// <summary>The value of an answer that was asked for rightly; null where it was refused.</summary>
    public static T? Or<T>(this INestedHttpResult answer)
        where T : class => answer.Result is IValueHttpResult { Value: T some } ? some : null;

    /// <summary>What the form's record was when its reader saw it, as the precondition that the API knows.</summary>
    public static void ExpectVersion(this HttpContext context, IFormCollection form)
    {
        if (int.TryParse(form["version"], out var version))
            context.Request.Headers.IfMatch = $"\"{version}\"";
    }

    /// <summary>A field of a form, trimmed; null where it is blank.</summary>
    public static string? Field(this IFormCollection form, string name) =>
        form[name].ToString().ReplaceLineEndings("\n").Trim() is { Length: > 0 } text ? text : null;

    public static Task ProblemAsync(HttpContext context, int status, string code, string title, string detail, IReadOnlyList<FieldError> errors)
    {
        PageGuard.Protect(context.Response);
        return As<ProblemPage>(new ProblemModel(status, code, title, detail, errors, context.TraceIdentifier), status).ExecuteAsync(context);
    }
}

/// <summary>Why a page could not be shown.</summary>
public sealed record ProblemModel(int Status, string Code, string Title, string Detail, IReadOnlyList<FieldError> Errors, string RequestId);

/// <summary>A write that was turned down, and whether somebody else's change was the reason.</summary>
public sealed record Complaint(string Detail, IReadOnlyList<FieldError> Errors, bool Stale)
{
    internal static Complaint Of(Refusal refusal) => new(refusal.Detail, refusal.Errors, refusal.Kind == RefusalKind.Stale);
}
