namespace FeatureGovernance.Core.Notifications;

/// <summary>What a notice is about; preferences are set by kind.</summary>
public enum NoticeKind
{
    /// <summary>A proposal waits for your team's word.</summary>
    ReviewRequested,

    /// <summary>It still waits, and its deadline comes near.</summary>
    ReviewReminder,

    /// <summary>It waited too long and was taken to others.</summary>
    ReviewEscalated,

    /// <summary>Somebody said a word on your proposal.</summary>
    ReviewGiven,

    /// <summary>A proposal that concerns you took a step.</summary>
    ProposalMoved,

    /// <summary>A brownout was stopped, because it did harm.</summary>
    BrownoutAborted,

    /// <summary>A model asks for your team's features.</summary>
    AdoptionRequested,

    /// <summary>What became of a request for features.</summary>
    AdoptionDecided,

    /// <summary>A feature that you own or read is on its way out, or back.</summary>
    FeatureMoved,

    /// <summary>A feature that your models read has a new definition.</summary>
    FeatureChanged,

    /// <summary>Something else, for which you were named.</summary>
    Other,

    /// <summary>Somebody said something of a feature of your team, or after you did.</summary>
    Commented,

    /// <summary>Values of a feature that you own, or that your models read, went wrong.</summary>
    Incident,
}

/// <summary>How a channel is told of a kind.</summary>
public enum DeliveryMode
{
    /// <summary>At once, or when quiet hours end.</summary>
    Immediate,

    /// <summary>Once a day, with everything else of the day.</summary>
    Digest,

    /// <summary>Not at all.</summary>
    Off,
}

/// <summary>The ways out.</summary>
public enum ChannelType
{
    /// <summary>A message by SMTP.</summary>
    Email,

    /// <summary>A signed request as Standard Webhooks has it.</summary>
    Webhook,

    /// <summary>A message to an incoming webhook of Slack, or of what is compatible.</summary>
    Slack,
}

/// <summary>Whom a rule tells, in words that an event answers.</summary>
public enum Audience
{
    /// <summary>Who proposed or requested.</summary>
    Proposer,

    /// <summary>The leads of every team whose approval is needed.</summary>
    Reviewers,


    /// <summary>Everybody of the teams whose approval is needed: owners, and readers by live models.</summary>
    ConcernedTeams,

    /// <summary>Everybody of the owner team.</summary>
    OwnerTeam,

    /// <summary>The leads of the teams that own the features asked for.</summary>
    OwnerLeads,

    /// <summary>Everybody of the teams whose live models read the feature.</summary>
    ReaderTeams,

    /// <summary>Everybody of the team of the model.</summary>
    ModelTeam,
}
