using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Tests;

namespace FeatureGovernance.UnitTests.Lifecycle;

public class LifecycleDocumentTests
{
    [Fact]
    public void The_page_in_docs_shows_the_tables_that_decide()
    {
        var page = Path.Combine(SharedData.ProjectRoot(), "docs", "lifecycle.md");
        if (Environment.GetEnvironmentVariable("FEATGOV_REFRESH_DOCS") == "1")
            File.WriteAllText(page, LifecycleDocument.Render());
        File.ReadAllText(page).Should().Be(LifecycleDocument.Render(), "else refresh it: run this test once with FEATGOV_REFRESH_DOCS=1");
    }
}
