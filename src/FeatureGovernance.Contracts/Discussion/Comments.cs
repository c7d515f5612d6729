namespace FeatureGovernance.Contracts.Discussion;

/// <summary>What somebody wants to say of a feature.</summary>
public sealed record CommentBody
{
    /// <summary>Plain text, at most 4,000 characters.</summary>
    public string? Text { get; init; }
}

/// <summary>What somebody said of a feature.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Author">Who said it.</param>
/// <param name="At">When.</param>
/// <param name="Text">What; null where it was taken back.</param>
/// <param name="TakenBackBy">Who took it back; null where it stands.</param>
public sealed record CommentView(int Id, string Author, DateTimeOffset At, string? Text, string? TakenBackBy);
