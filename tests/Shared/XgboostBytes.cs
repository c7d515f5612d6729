using System.Buffers.Binary;
using System.Text;

namespace FeatureGovernance.Tests;

/// <summary>Writes UBJSON as XGBoost does: long lengths, counted arrays of one type.</summary>
public sealed class XgboostBytes
{
    private readonly List<byte> bytes = [];

    /// <summary>A model of one tree that splits on the second feature, then on the first, with these gains.</summary>
    public static byte[] Model(string[] names, float first, float second, string booster = "gbtree") => new XgboostBytes()
        .Raw("{").Name("learner").Raw("{").Name("feature_names").Raw("[#").Long(names.Length).Each(names, (to, name) => to.Raw("S").Text(name))
        .Name("gradient_booster").Raw("{").Name("model").Raw("{").Name("trees").Raw("[#").Long(1).Raw("{")
        .Name("base_weights").Floats(float.NaN, 0, 0, 0, 0)
        .Name("categories").Ints()
        .Name("default_left").Bytes(0, 1, 0, 0, 0)
        .Name("id").Raw("i").Put(0)
        .Name("left_children").Ints(1, 3, -1, -1, -1)
        .Name("loss_changes").Floats(first, second, 0, 0, 0)
        .Name("split_indices").Ints(1, 0, 0, 0, 0)
        .Name("tree_param").Raw("{").Name("num_nodes").Raw("S").Text("5").Raw("}")
        .Raw("}").Raw("}").Name("name").Raw("S").Text(booster).Raw("}").Raw("}")
        .Name("version").Raw("[i").Put(3).Raw("U").Put(0).Raw("I").Put(0, 1).Raw("]")
        .Raw("}").bytes.ToArray();

    private XgboostBytes Name(string name) => Text(name);

    private XgboostBytes Text(string text) => Long(Encoding.UTF8.GetByteCount(text)).Put(Encoding.UTF8.GetBytes(text));

    private XgboostBytes Raw(string marks) => Put(Encoding.ASCII.GetBytes(marks));

    private XgboostBytes Put(params byte[] more)
    {
        bytes.AddRange(more);
        return this;
    }

    private XgboostBytes Long(long value)
    {
        var eight = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(eight, value);
        return Raw("L").Put(eight);
    }

    private XgboostBytes Floats(params float[] values) => Raw("[$d#").Long(values.Length).Each(values, (to, value) =>
    {
        var four = new byte[4];
        BinaryPrimitives.WriteSingleBigEndian(four, value);
        to.Put(four);
    });

    private XgboostBytes Ints(params int[] values) => Raw("[$l#").Long(values.Length).Each(values, (to, value) =>
    {
        var four = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(four, value);
        to.Put(four);
    });

    private XgboostBytes Bytes(params byte[] values) => Raw("[$U#").Long(values.Length).Put(values);

    private XgboostBytes Each<T>(IEnumerable<T> values, Action<XgboostBytes, T> write)
    {
        foreach (var value in values)
            write(this, value);
        return this;
    }
}
