using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>What people say of features.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123105100_Discussion")]
internal sealed class DiscussionTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create schema discussion;
        create table discussion.comment (
            id int generated always as identity primary key,
            feature_id int not null references registry.feature,
            author text not null,
            at timestamptz not null,
            text text,
            taken_back_by text,
            check ((text is null) = (taken_back_by is not null)));
        create index comment_by_feature on discussion.comment (feature_id, id desc);
        """);
}
