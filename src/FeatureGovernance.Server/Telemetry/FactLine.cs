using System.Globalization;
using System.Text;
using System.Text.Json;
using FeatureGovernance.Contracts;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;

namespace FeatureGovernance.Server.Telemetry;

/// <summary>
/// One line being read, field by field and without allocating while all is well. Each fault is noted with its field, and reading goes on,
/// so that a line shows all its faults at once.
/// </summary>
internal ref struct FactLine(ReadOnlySpan<byte> text, int number, TelemetryNames names, List<LineError> errors)
{
    private Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = 8 });
    private int seen;
    private int expected;
    private string field = "line";

    public bool IsFaulty { get; private set; }

    public readonly int Number => number;

    /// <summary>Opens the line's object.</summary>
    public bool Begin()
    {
        if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            return true;
        Fault("line", "The line is not a JSON object.", "Send one JSON object a line.");
        return false;
    }

    /// <summary>Steps to the next field and its value; -1 at the end of the object. A null is as good as a field left out.</summary>
    public int Next(Fields fields)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var index = fields.IndexOf(ref reader, expected);
            if (index < 0)
            {
                Fault(FieldFaults.Printable(Encoding.UTF8.GetString(reader.ValueSpan)), "No such field.", $"Use {fields}.");
                reader.Read();
                reader.Skip();
                continue;
            }

            expected = index + 1;
            field = fields.Names[index];
            if ((seen & (1 << index)) != 0)
                Fault(field, "The field is given twice.", "Give it once.");
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
                continue;
            seen |= 1 << index;
            return index;
        }

        return -1;
    }

    /// <summary>Steps into the array that is the present value.</summary>
    public bool IntoArray()
    {
        if (reader.TokenType == JsonTokenType.StartArray)
            return true;
        Fault("The value is not a list.", "Send a list of objects.");
        reader.Skip();
        return false;
    }

    /// <summary>Steps to the array's next object and forgets which fields were seen; false at the end.</summary>
    public bool NextElement(out int outer)
    {
        outer = seen;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                seen = 0;
                return true;
            }

            Fault("values", "An element is not an object.", "Send objects with feature and value.");
            reader.Skip();
        }

        return false;
    }

    public void Return(int outer) => seen = outer;

    /// <summary>Checks that nothing follows the object.</summary>
    public void End() => reader.Read();

    public void Require(Fields fields, int mask)
    {
        if ((seen & mask) == mask)
            return;
        for (var i = 0; i < fields.Names.Length; i++)
        {
            if ((mask & ~seen & (1 << i)) != 0)
                Fault(fields.Names[i], "The field is required.", "Give it in every line.");
        }
    }

    public readonly bool Has(int index) => (seen & (1 << index)) != 0;

    /// <summary>The number of the name, or null and the name itself where it is not known yet.</summary>
    public int? Name(NameKind kind, out string? unknown)
    {
        unknown = null;
        if (reader.TokenType != JsonTokenType.String)
        {
            Fault("The value is not a text.", "Send the registered name.");
            return null;
        }

        if (!reader.ValueIsEscaped && names.TryFind(kind, reader.ValueSpan, out var id))
            return id;
        unknown = Text(300);
        return unknown is not null && names.TryFind(kind, unknown, out id) ? id : null;
    }

    /// <summary>The present text, where it is known to be a registered name.</summary>
    public readonly string Present() => reader.TokenType == JsonTokenType.String ? Encoding.UTF8.GetString(reader.ValueSpan) : "";

    public string? Text(int maxLength)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > 6 * maxLength)
        {
            Fault(reader.TokenType == JsonTokenType.String ? "The text is too long." : "The value is not a text.",
                $"Send a text of at most {maxLength} characters.");
            return null;
        }

        try
        {
            var text = reader.GetString()!;
            if (text.Length is > 0 && text.Length <= maxLength)
                return text;
            Fault(text.Length == 0 ? "The text is empty." : "The text is too long.", $"Send a text of 1 to {maxLength} characters.");
        }
        catch (InvalidOperationException)
        {
            Fault("The text is not well-formed Unicode.", "Send valid UTF-8.");
        }

        return null;
    }

    public T Word<T>()
        where T : struct, Enum
    {
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueSpan.Length < 32
            && Words<T>.TryParse(Encoding.UTF8.GetString(reader.ValueSpan), out var word))
            return word;
        Fault("The value is not known here.", $"Use one of: {Words<T>.All}.");
        reader.Skip();
        return default;
    }

    public UsageEnvironment Environment() =>
        reader.TokenType != JsonTokenType.String ? Word<UsageEnvironment>()
        : reader.ValueTextEquals("serving"u8) ? UsageEnvironment.Serving
        : reader.ValueTextEquals("training"u8) ? UsageEnvironment.Training
        : Word<UsageEnvironment>();

    public long Count()
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) && count >= 0)
            return count;
        Fault("The value is not a whole number from 0 to 9,223,372,036,854,775,807.", "Send a count.");
        reader.Skip();
        return 0;
    }

    public double Number64(double least, double most, string remedy)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value) && double.IsFinite(value) && value >= least && value <= most)
            return value;
        Fault("The value is not a finite number in range.", remedy);
        reader.Skip();
        return 0;
    }

    public int Day(DayBounds bounds)
    {
        if (reader.TokenType == JsonTokenType.String && TryDay(reader.ValueSpan, out var day))
        {
            CheckDay(day, bounds);
            return day;
        }

        Fault("The value is not a date.", "Send a UTC date such as 2026-01-31.");
        reader.Skip();
        return 0;
    }

    /// <summary>Microseconds since 2000-01-01 UTC, as PostgreSQL counts.</summary>
    public long Instant(DayBounds bounds)
    {
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length is >= 10 and <= 40
            && DateTime.TryParse(Encoding.UTF8.GetString(reader.ValueSpan), CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            && reader.ValueSpan[4] == '-')
        {
            CheckDay(DayBounds.Number(DateOnly.FromDateTime(instant)), bounds);
            return (instant.Ticks - DayBounds.Epoch.ToDateTime(TimeOnly.MinValue).Ticks) / TimeSpan.TicksPerMicrosecond;
        }

        Fault("The value is not an instant.", "Send an instant such as 2026-01-31T12:00:00Z.");
        reader.Skip();
        return 0;
    }

    public void Fault(string message, string remedy) => Fault(field, message, remedy);

    public void Fault(string name, string message, string remedy)
    {
        IsFaulty = true;
        errors.Add(new(number, name, message, remedy));
    }

    private void CheckDay(int day, DayBounds bounds)
    {
        if (day < 0 || day > bounds.Last)
            Fault("The day is before 2000 or after tomorrow.", "Send the UTC day on which it happened.");
        else if (bounds.RolledMonths.Count > 0 && bounds.RolledMonths.Contains(DayBounds.Month(day)))
            Fault("The month is kept as a total only; its days can no longer be reported.", "Leave the day out.");
    }

    private static bool TryDay(ReadOnlySpan<byte> text, out int day)
    {
        day = 0;
        if (text.Length != 10 || text[4] != '-' || text[7] != '-'
            || !Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..], out var dayOfMonth)
            || year < 1 || month is < 1 or > 12 || dayOfMonth < 1 || dayOfMonth > DateTime.DaysInMonth(year, month))
            return false;
        day = DayBounds.Number(new(year, month, dayOfMonth));
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var character in text)
        {
            if (character is < (byte)'0' or > (byte)'9')
                return false;
            value = (value * 10) + character - '0';
        }

        return true;
    }
}

internal enum UsageEnvironment
{
    Training,
    Serving,
}

/// <summary>The fields that a line may have.</summary>
internal sealed class Fields(params string[] names)
{
    private readonly byte[][] encoded = [.. names.Select(Encoding.UTF8.GetBytes)];

    public string[] Names => names;

    /// <summary>Producers write their fields in one order, so the one after the last is tried first.</summary>
    public int IndexOf(ref Utf8JsonReader reader, int expected)
    {
        if (expected < encoded.Length && reader.ValueTextEquals(encoded[expected]))
            return expected;
        for (var i = 0; i < encoded.Length; i++)
        {
            if (reader.ValueTextEquals(encoded[i]))
                return i;
        }

        return -1;
    }

    public override string ToString() => string.Join(", ", names);
}
