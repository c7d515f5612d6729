namespace FeatureGovernance.Server.Capacity;

/// <summary>Features that go together.</summary>
/// <param name="From">The day on which they begin to.</param>
/// <param name="Takes">By resource, what each of them takes a day.</param>
internal sealed record Wave(DateOnly From, ILookup<string, (string Feature, double Amount)> Takes);

/// <summary>What a wave frees of a resource a day.</summary>
/// <param name="Features">How many of its features take of the resource.</param>
/// <param name="AlreadyGone">How many of those went with a wave before it.</param>
internal readonly record struct Freed(double Amount, int Features, int AlreadyGone);

/// <summary>Reckons what waves free one after the other: a feature that several of them name goes once, with the first.</summary>
internal sealed class Waves
{
    // Thousands of pools share few resources.
    private readonly Dictionary<string, IReadOnlyDictionary<Wave, Freed>> reckoned = new(StringComparer.Ordinal);

    /// <summary>By wave, what it frees of a resource.</summary>
    /// <param name="waves">In their order, with their numbers among all waves.</param>
    public IReadOnlyDictionary<Wave, Freed> Of(string resource, IReadOnlyList<(int Number, Wave Wave)> waves)
    {
        var key = $"{string.Join(',', waves.Select(one => one.Number))} {resource}";
        if (reckoned.TryGetValue(key, out var known))
            return known;
        var gone = new HashSet<string>(StringComparer.Ordinal);
        var freed = new Dictionary<Wave, Freed>(ReferenceEqualityComparer.Instance);
        foreach (var (_, wave) in waves)
        {
            var (amount, features, before) = (0.0, 0, 0);
            foreach (var (feature, takes) in wave.Takes[resource])
            {
                features++;
                if (gone.Add(feature))
                    amount += takes;
                else
                    before++;
            }

            freed.Add(wave, new(amount, features, before));
        }

        return reckoned[key] = freed;
    }
}
