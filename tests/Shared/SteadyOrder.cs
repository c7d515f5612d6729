using FeatureGovernance.Tests;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(SteadyOrder))]
[assembly: TestClassOrderer(typeof(SteadyOrder))]
[assembly: TestMethodOrderer(typeof(SteadyOrder))]
[assembly: TestCaseOrderer(typeof(SteadyOrder))]

namespace FeatureGovernance.Tests;

/// <summary>
/// The same order on every machine: by name. The runner's own order of tests follows from the folder they were built in, so that what shares a server
/// comes in another order elsewhere, and that of collections is one of chance. Of these what takes longest begins first, so that in the end no
/// processor waits for it.
/// </summary>
public sealed class SteadyOrder : ITestCollectionOrderer, ITestClassOrderer, ITestMethodOrderer, ITestCaseOrderer
{
    private static readonly string[] Longest =
    [
        "EveryPageTests", "Tour", "FeastTests",
        "SampleFaultTests", "WalkthroughTests", "LabelTests", "DeliveryTests", "EmbeddedPostgresTests",
        "NabTests", "ValueEngineTests", "FeastImpactTests", "FeastValueTests", "BikeSharingTests", "FalseDiscoveryTests", "LabelEngineTests",
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(one => Rank(one.TestCollectionDisplayName)).ThenBy(one => one.TestCollectionDisplayName, StringComparer.Ordinal)];

    public IReadOnlyCollection<TTestClass?> OrderTestClasses<TTestClass>(IReadOnlyCollection<TTestClass?> testClasses)
        where TTestClass : notnull, ITestClass =>
        [.. testClasses.OrderBy(one => one?.TestClassName, StringComparer.Ordinal)];

    public IReadOnlyCollection<TTestMethod?> OrderTestMethods<TTestMethod>(IReadOnlyCollection<TTestMethod?> testMethods)
        where TTestMethod : notnull, ITestMethod =>
        [.. testMethods.OrderBy(one => one?.MethodName, StringComparer.Ordinal)];

    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase =>
        [.. testCases.OrderBy(one => one.TestCaseDisplayName, StringComparer.Ordinal)];

    // A collection that nobody named is called "Test collection for" its class, with an id behind.
    private static int Rank(string collection)
    {
        var name = collection.Split(" (id:")[0].Split('.', ' ')[^1];
        var rank = Array.IndexOf(Longest, name);
        return rank < 0 ? Longest.Length : rank;
    }
}
