using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Twins, and the sums from which the trend of a pair's share is reckoned.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123094000_ValueSignals")]
internal sealed class ValueSignals : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        -- Sums of time in years since 2020-01-01, weighted as those beside them: with these a line through the reports can be drawn.
        alter table value.pair_evidence
            add column weighted_times double precision not null default 0,
            add column weighted_time_squares double precision not null default 0,
            add column weighted_products double precision not null default 0;
        -- What was folded before has no such sums; the next run folds it again.
        delete from value.folded_day where kind = 1;
        delete from value.model_scale;

        -- The best of a feature's look-alikes, as of the newest run.
        create table value.feature_twin (
            feature_id int primary key,
            twin_id int not null,
            similarity double precision not null,
            is_newer boolean not null);
        create index feature_twin_twin on value.feature_twin (twin_id);
        """);
}
