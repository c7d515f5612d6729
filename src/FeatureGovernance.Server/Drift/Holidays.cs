using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.Server.Drift;

/// <summary>
/// The days on which people do other things, as the operator sets them: FEATGOV_HOLIDAYS is <c>us</c> (the default), <c>none</c>, or a file of
/// days. It is read once, at the start.
/// </summary>
/// <param name="Over">The calendar from a first to a last year.</param>
internal sealed record Holidays(Func<int, int, HolidayCalendar> Over)
{
    /// <exception cref="InvalidOperationException">The file cannot be read, or a line of it is no holiday.</exception>
    public static Holidays From(IConfiguration configuration)
    {
        var setting = configuration["FEATGOV_HOLIDAYS"];
        try
        {
            return new(HolidayCalendar.Named(setting, File.ReadAllLines));
        }
        catch (Exception fault) when (fault is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"FEATGOV_HOLIDAYS is '{setting}', neither us, none nor a readable list: {fault.Message}", fault);
        }
    }
}
