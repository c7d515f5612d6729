using System.Buffers;
using System.Text;
using System.Xml;
using FeatureGovernance.Core.Checks;
using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.Server.Checks;

/// <summary>A check as JUnit XML, which every CI server reads: a test case per reference, failed by its errors; warnings are its output.</summary>
internal static class JunitForm
{
    public static void Write(CheckBody body, CheckReport report, IBufferWriter<byte> output)
    {
        var findings = report.Findings.ToLookup(finding => finding.Feature, StringComparer.Ordinal);
        // The model is a case of its own, so that a fault of it has a place.
        string[] cases = [body.Request.Model, .. body.Request.Features.Distinct(StringComparer.Ordinal)];
        var failed = cases.Count(name => findings[name].Any(IsError));

        using var buffer = new MemoryStream();
        using (var xml = XmlWriter.Create(buffer, new() { Encoding = new UTF8Encoding(false), Indent = true }))
        {
            xml.WriteStartElement("testsuites");
            WriteCounts(xml, cases.Length, failed);
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", $"Adoption check of {body.Request.Model}");
            WriteCounts(xml, cases.Length, failed);
            xml.WriteStartElement("properties");
            WriteProperty(xml, "registryVersion", report.RegistryVersion.ToString());
            WriteProperty(xml, "repository", body.Repository);
            WriteProperty(xml, "commit", body.Commit);
            xml.WriteEndElement();
            foreach (var name in cases)
                WriteCase(xml, body.Request.Model, name, [.. findings[name]]);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        output.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static void WriteCounts(XmlWriter xml, int tests, int failures)
    {
        xml.WriteAttributeString("tests", tests.ToString());
        xml.WriteAttributeString("failures", failures.ToString());
        xml.WriteAttributeString("errors", "0");
    }

    private static void WriteProperty(XmlWriter xml, string name, string? value)
    {
        if (value is null)
            return;
        xml.WriteStartElement("property");
        xml.WriteAttributeString("name", name);
        xml.WriteAttributeString("value", Fit(value));
        xml.WriteEndElement();
    }

    private static void WriteCase(XmlWriter xml, string model, string name, Finding[] findings)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", model);
        xml.WriteAttributeString("name", Fit(name));
        if (findings.Where(IsError).ToArray() is { Length: > 0 } errors)
        {
            xml.WriteStartElement("failure");
            xml.WriteAttributeString("type", string.Join(' ', errors.Select(error => error.Rule)));
            xml.WriteAttributeString("message", Fit(errors[0].Message));
            xml.WriteString(Lines(errors));
            xml.WriteEndElement();
        }

        if (findings.Where(finding => !IsError(finding)).ToArray() is { Length: > 0 } others)
            xml.WriteElementString("system-out", Lines(others));
        xml.WriteEndElement();
    }

    private static bool IsError(Finding finding) => finding.Level == RuleLevel.Error;

    private static string Lines(Finding[] findings) =>
        Fit(string.Join('\n', findings.Select(finding => $"{finding.Rule}: {finding.Message} {finding.Remedy}")));

    /// <summary>XML has no way to write some characters, not even escaped.</summary>
    private static string Fit(string text)
    {
        if (text.All(XmlConvert.IsXmlChar))
            return text;
        var fit = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            fit.Append(rune.Value > 0xFFFF || XmlConvert.IsXmlChar((char)rune.Value) ? rune.ToString() : "�");
        return fit.ToString();
    }
}
