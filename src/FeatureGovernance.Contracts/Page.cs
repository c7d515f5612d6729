namespace FeatureGovernance.Contracts;

/// <summary>One page of a list.</summary>
/// <param name="Items">The page's items, in the order asked for.</param>
/// <param name="NextCursor">Pass it as <c>cursor</c> for the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>What a bulk request did.</summary>
/// <param name="Created">Lines that registered something new.</param>
/// <param name="Updated">Lines that changed something.</param>
/// <param name="Unchanged">Lines that said what was known.</param>
/// <param name="Failed">Lines that were refused.</param>
/// <param name="Errors">Why, by line; the first 1,000.</param>
public sealed record BulkResult(int Created, int Updated, int Unchanged, int Failed, IReadOnlyList<LineError> Errors);

/// <summary>A fault of one line of a bulk request.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Field">The faulty field; null where the line as a whole is at fault.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record LineError(long Line, string? Field, string Message, string? Remedy = null);
