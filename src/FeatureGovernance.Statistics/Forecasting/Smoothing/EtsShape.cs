namespace FeatureGovernance.Statistics.Forecasting.Smoothing;

/// <summary>How errors or seasons act on the level.</summary>
internal enum EtsComponent
{
    None,
    Additive,
    Multiplicative,
}

/// <summary>One member of the exponential smoothing family of Hyndman, Koehler, Ord and Snyder (2008), with additive trend or
/// none.</summary>
internal readonly record struct EtsShape(EtsComponent Error, bool Trend, bool Damped, EtsComponent Season)
{
    /// <summary>Smoothing parameters, initial states and the error variance: the count that AICc charges for.</summary>
    public int Parameters(int period) =>
        1 + (Trend ? 1 : 0) + (Damped ? 1 : 0) + (Season == EtsComponent.None ? 0 : 1) + 1 + (Trend ? 1 : 0) + (Season == EtsComponent.None ? 0 : period - 1) + 1;

    /// <summary>The conventional name, such as ETS(M,Ad,M).</summary>
    public override string ToString() => $"ETS({Letter(Error)},{(Trend ? Damped ? "Ad" : "A" : "N")},{Letter(Season)})";

    /// <summary>The members that may be fitted: multiplicative ones need positive data, additive errors with multiplicative seasons have
    /// unbounded variance.</summary>
    public static IEnumerable<EtsShape> Candidates(bool positive, bool seasonal)
    {
        EtsComponent[] errors = positive ? [EtsComponent.Additive, EtsComponent.Multiplicative] : [EtsComponent.Additive];
        EtsComponent[] seasons = !seasonal ? [EtsComponent.None]
            : positive ? [EtsComponent.None, EtsComponent.Additive, EtsComponent.Multiplicative]
            : [EtsComponent.None, EtsComponent.Additive];
        foreach (var season in seasons)
            foreach (var error in errors)
            {
                if (error == EtsComponent.Additive && season == EtsComponent.Multiplicative) continue;
                yield return new EtsShape(error, false, false, season);
                yield return new EtsShape(error, true, false, season);
                yield return new EtsShape(error, true, true, season);
            }
    }

    private static char Letter(EtsComponent component) => component switch
    {
        EtsComponent.Additive => 'A',
        EtsComponent.Multiplicative => 'M',
        EtsComponent.None => 'N',
        _ => throw new ArgumentOutOfRangeException(nameof(component)),
    };
}
