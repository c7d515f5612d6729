using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;

namespace FeatureGovernance.Valuation;

/// <summary>A bounded part of a sample in bytes, to be measured again later. Scores and the label's side of the file are not kept.</summary>
public static class SampleArchive
{
    private const byte Version = 1;

    /// <summary>
    /// A part of a sample: rows evenly over its order, or, where rows belong together, whole groups by chance. The same rows on every call.
    /// </summary>
    /// <param name="sample">The sample.</param>
    /// <param name="mostRows">At most so many rows, one group at least.</param>
    /// <param name="mostCells">At most so many rows times features.</param>
    public static Sample Thin(Sample sample, int mostRows, long mostCells)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var (rows, width) = (sample.Cells.Rows, sample.Cells.Columns);
        var most = (int)Math.Min(mostRows, Math.Max(1, mostCells / Math.Max(1, width)));
        if (rows <= most)
            return sample with { Scores = null, LabelRows = null };
        int[] kept = sample.Groups is { } groups
            ? WholeGroups(groups, most)
            : [.. Enumerable.Range(0, most).Select(i => (int)((long)i * rows / most))];
        T[] Of<T>(T[] all) => [.. kept.Select(row => all[row])];
        var cells = new float[(long)kept.Length * width];
        for (var i = 0; i < kept.Length; i++)
            Array.Copy(sample.Cells.Cells, (long)kept[i] * width, cells, (long)i * width, width);
        return sample with
        {
            Cells = new(cells, kept.Length, width),
            Labels = Of(sample.Labels),
            QuerySizes = sample.QuerySizes.IsEmpty || sample.Groups is null ? [] : Sizes(Of(sample.Groups)),
            Groups = sample.Groups is null ? null : Of(sample.Groups),
            Times = sample.Times is null ? null : Of(sample.Times),
            Weights = sample.Weights is null ? null : Of(sample.Weights),
            Scores = null,
            LabelRows = null,
        };
    }

    /// <summary>A sample in bytes.</summary>
    public static byte[] Write(Sample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        using var stream = new MemoryStream();
        using (var packed = new BrotliStream(stream, CompressionLevel.Fastest))
        using (var writer = new BinaryWriter(packed, Encoding.UTF8))
        {
            writer.Write(Version);
            writer.Write((byte)sample.Task);
            writer.Write(sample.Classes);
            writer.Write(sample.Cells.Rows);
            writer.Write(sample.Features.Length);
            foreach (var (name, categorical) in sample.Features.Zip(sample.Categorical))
            {
                writer.Write(name);
                writer.Write(categorical);
            }

            Numbers<float>(writer, sample.Cells.Cells);
            Numbers<float>(writer, sample.Labels);
            Numbers<int>(writer, sample.Groups);
            Numbers<double>(writer, sample.Times);
            Numbers<float>(writer, sample.Weights);
        }

        return stream.ToArray();
    }

    /// <summary>The sample that was written.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such sample.</exception>
    public static Sample Read(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        using var reader = new BinaryReader(new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress), Encoding.UTF8);
        try
        {
            if (reader.ReadByte() is var version && version != Version)
                throw new InvalidDataException($"The sample is of version {version}, not {Version}.");
            var (task, classes, rows) = ((ValuationTask)reader.ReadByte(), reader.ReadInt32(), reader.ReadInt32());
            (string Name, bool Categorical)[] features = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => (reader.ReadString(), reader.ReadBoolean()))];
            var (cells, labels, groups) = (Numbers<float>(reader)!, Numbers<float>(reader)!, Numbers<int>(reader));
            return new(
                [.. features.Select(feature => feature.Name)], new(cells, rows, features.Length), [.. features.Select(feature => feature.Categorical)], labels,
                task == ValuationTask.Ranking && groups is not null ? Sizes(groups) : [], groups, Numbers<double>(reader), task, classes, [])
            {
                Weights = Numbers<float>(reader),
            };
        }
        catch (EndOfStreamException cause)
        {
            throw new InvalidDataException("The sample ends early.", cause);
        }
    }

    private static void Numbers<T>(BinaryWriter writer, T[]? numbers)
        where T : unmanaged
    {
        writer.Write(numbers?.Length ?? -1);
        writer.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan()));
    }

    private static T[]? Numbers<T>(BinaryReader reader)
        where T : unmanaged
    {
        var length = reader.ReadInt32();
        if (length < 0)
            return null;
        var numbers = new T[length];
        reader.BaseStream.ReadExactly(System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }

    private static int[] WholeGroups(int[] groups, int most)
    {
        var sizes = groups.CountBy(group => group).ToDictionary();
        int[] order = [.. sizes.Keys.Order()];
        new Random(sizes.Count).Shuffle(order);
        var (chosen, rows) = (new HashSet<int>(), 0);
        foreach (var group in order)
        {
            if (chosen.Count > 0 && rows + sizes[group] > most)
                continue;
            rows += sizes[group];
            chosen.Add(group);
        }

        return [.. Enumerable.Range(0, groups.Length).Where(row => chosen.Contains(groups[row]))];
    }

    // Rows of a query stand together.
    private static ImmutableArray<int> Sizes(int[] groups)
    {
        var sizes = new List<int>();
        for (var row = 0; row < groups.Length; row++)
        {
            if (row == 0 || groups[row] != groups[row - 1])
                sizes.Add(0);
            sizes[^1]++;
        }

        return [.. sizes];
    }
}
