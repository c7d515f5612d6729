using FeatureGovernance.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeatureGovernance.Server.Access;

/// <summary>
/// Sees to it that somebody can sign in. <c>FEATGOV_ADMIN_TOKEN</c> sets the first administrator's token; where it is not set and no
/// administrator exists, one is made and kept in the data folder, readable by its owner only.
/// </summary>
internal static class FirstAdministrator
{
    private const string Name = "first administrator";

    /// <summary>The path of the file that holds a generated token; null where the token came from the environment or is somebody else's.</summary>
    public static async Task<string?> EnsureAsync(IServiceProvider services, IConfiguration configuration, CancellationToken cancellation)
    {
        await using var scope = services.CreateAsyncScope();
        var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        var file = Path.Combine(DataFolder.Path(configuration), "admin-token");
        var secret = configuration["FEATGOV_ADMIN_TOKEN"];
        await write.BeginAsync(cancellation);
        // Several processes may start at once on one database.
        await write.Db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(7305086523812345602)", cancellation);
        if (string.IsNullOrWhiteSpace(secret))
        {
            if (await write.Db.Tokens.AnyAsync(token => token.Role == Role.Admin && token.RevokedAt == null, cancellation))
                return File.Exists(file) ? file : null;
            secret = Token.NewSecret();
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await using var stream = new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            await using var text = new StreamWriter(stream);
            await text.WriteLineAsync(secret);
        }
        else
        {
            file = null;
        }

        var hash = Token.HashOf(secret);
        var present = await write.Db.Tokens.Where(token => token.Name == Name && token.RevokedAt == null).ToListAsync(cancellation);
        if (present.Any(token => token.Hash.AsSpan().SequenceEqual(hash)))
            return file;
        // A new FEATGOV_ADMIN_TOKEN takes the place of the one before it.
        foreach (var token in present)
            token.RevokedAt = write.Now;
        var reused = await write.Db.Tokens.SingleOrDefaultAsync(token => token.Hash == hash, cancellation);
        if (reused is not null)
            reused.RevokedAt = null;
        else
            write.Db.Add(reused = new Token { Name = Name, Role = Role.Admin, Hash = hash, CreatedAt = write.Now });
        await write.Db.SaveChangesAsync(cancellation);
        write.Record(new("token.created", "token", reused.Id, Name, null, null, "First administrator"));
        await write.CommitAsync(cancellation);
        return file;
    }
}
