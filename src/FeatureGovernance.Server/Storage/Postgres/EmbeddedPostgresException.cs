namespace FeatureGovernance.Server.Storage.Postgres;

/// <summary>The private database cluster cannot be used; the message tells the operator why and what to do.</summary>
internal sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);
