using System.Runtime.InteropServices;

namespace FeatureGovernance.Valuation.LightGbm;

/// <summary>The part of LightGBM's C interface that is used here (c_api.h of LightGBM 4).</summary>
internal static partial class Native
{
    public const int Float32 = 0;
    public const int Int32 = 2;
    public const int NormalPrediction = 0;
    public const int Contributions = 3;
    public const int SplitImportance = 0;

    private const string Library = "lib_lightgbm";

    [LibraryImport(Library)]
    public static unsafe partial int LGBM_DatasetCreateFromMat(
        float* data, int dataType, int rows, int columns, int isRowMajor, [MarshalAs(UnmanagedType.LPUTF8Str)] string parameters,
        nint reference, out nint dataset);

    [LibraryImport(Library)]
    public static unsafe partial int LGBM_DatasetGetSubset(
        nint dataset, int* rows, int count, [MarshalAs(UnmanagedType.LPUTF8Str)] string parameters, out nint subset);

    [LibraryImport(Library)]
    public static unsafe partial int LGBM_DatasetSetField(
        nint dataset, [MarshalAs(UnmanagedType.LPUTF8Str)] string field, void* data, int count, int dataType);

    [LibraryImport(Library)]
    public static partial int LGBM_DatasetFree(nint dataset);

    [LibraryImport(Library)]
    public static partial int LGBM_BoosterCreate(nint dataset, [MarshalAs(UnmanagedType.LPUTF8Str)] string parameters, out nint booster);

    [LibraryImport(Library)]
    public static partial int LGBM_BoosterUpdateOneIter(nint booster, out int isFinished);

    [LibraryImport(Library)]
    public static unsafe partial int LGBM_BoosterPredictForMat(
        nint booster, float* data, int dataType, int rows, int columns, int isRowMajor, int predictType, int startIteration, int iterations,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string parameters, out long length, double* result);

    [LibraryImport(Library)]
    public static unsafe partial int LGBM_BoosterFeatureImportance(nint booster, int iterations, int importanceType, double* result);

    [LibraryImport(Library)]
    public static unsafe partial int LGBM_BoosterSaveModelToString(
        nint booster, int startIteration, int iterations, int importanceType, long capacity, out long length, byte* text);

    [LibraryImport(Library)]
    public static partial int LGBM_BoosterFree(nint booster);

    [LibraryImport(Library)]
    public static partial nint LGBM_GetLastError();

    /// <exception cref="InvalidOperationException">LightGBM reports a failure.</exception>
    public static void Check(int status)
    {
        if (status != 0)
            throw new InvalidOperationException($"LightGBM: {Marshal.PtrToStringUTF8(LGBM_GetLastError())}");
    }
}
