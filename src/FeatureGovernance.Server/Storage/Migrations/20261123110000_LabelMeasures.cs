using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>What valuations find of labels.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123110000_LabelMeasures")]
internal sealed class LabelMeasures : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        -- label_id: the registered label that the sample's column is; null where none is known.
        create table value.label_measure (
            valuation_id int primary key references value.valuation on delete cascade,
            label_id int references registry.feature,
            measured_at timestamptz not null,
            coverage double precision not null,
            delay_seconds double precision,
            base_rate double precision not null,
            base_rate_changed boolean,
            noise double precision,
            noise_floor double precision,
            leaks int not null,
            measurement json not null);
        create index label_measure_newest on value.label_measure (label_id, valuation_id desc) where label_id is not null;
        """);
}
