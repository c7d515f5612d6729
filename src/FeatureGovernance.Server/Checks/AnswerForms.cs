using Microsoft.Net.Http.Headers;

namespace FeatureGovernance.Server.Checks;

/// <summary>In what form a check is answered.</summary>
internal enum AnswerForm
{
    Json,
    Sarif,
    Junit,
}

internal static class AnswerForms
{
    public const string Json = "application/json";
    public const string Sarif = "application/sarif+json";
    public const string Junit = "application/junit+xml";

    public static string MediaType(AnswerForm form) => form switch
    {
        AnswerForm.Json => Json,
        AnswerForm.Sarif => Sarif,
        AnswerForm.Junit => Junit,
    };

    /// <summary>The form that the caller likes best (RFC 9110, section 12.5.1); null where none of ours will do.</summary>
    public static AnswerForm? Chosen(HttpRequest request)
    {
        var header = request.Headers.Accept;
        if (header.Count == 0 || (header.Count == 1 && header[0] is "*/*" or Json))
            return AnswerForm.Json;
        if (!MediaTypeHeaderValue.TryParseList(header, out var accepted))
            return null;
        // The sort is stable, so that of two that are liked as much the first named is taken, and JSON before the others.
        AnswerForm[] forms = [AnswerForm.Json, AnswerForm.Sarif, AnswerForm.Junit];
        foreach (var range in accepted.Where(range => range.Quality is not 0).OrderByDescending(range => range.Quality ?? 1))
        {
            foreach (var form in forms)
            {
                if (new MediaTypeHeaderValue(MediaType(form)).IsSubsetOf(Bare(range)))
                    return form;
            }
        }

        return null;
    }

    // Parameters such as q or charset do not tell our forms apart.
    private static MediaTypeHeaderValue Bare(MediaTypeHeaderValue range) => new(range.MediaType);
}
