namespace FeatureGovernance.Valuation.LightGbm;

/// <summary>
/// LightGBM keeps the number of its threads for the whole process, and sizes buffers by it: work on one thread may run beside its like, work on
/// several has the library to itself.
/// </summary>
internal static class Threads
{
    private static readonly ReaderWriterLockSlim Gate = new();

    public static T Run<T>(int threads, Func<T> work)
    {
        if (threads > 1)
            Gate.EnterWriteLock();
        else
            Gate.EnterReadLock();
        try
        {
            return work();
        }
        finally
        {
            if (threads > 1)
                Gate.ExitWriteLock();
            else
                Gate.ExitReadLock();
        }
    }
}
