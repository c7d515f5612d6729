using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;
using NpgsqlTypes;

#nullable disable

namespace FeatureGovernance.Server.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "lifecycle");

            migrationBuilder.EnsureSchema(
                name: "registry");

            migrationBuilder.EnsureSchema(
                name: "audit");

            migrationBuilder.EnsureSchema(
                name: "value");

            migrationBuilder.EnsureSchema(
                name: "access");

            migrationBuilder.AlterDatabase()
                .Annotation("Npgsql:PostgresExtension:pg_trgm", ",,");

            migrationBuilder.CreateSequence<int>(
                name: "feature_id",
                schema: "registry");

            migrationBuilder.CreateSequence<int>(
                name: "model_id",
                schema: "registry");

            migrationBuilder.CreateSequence<int>(
                name: "model_version_id",
                schema: "registry");

            migrationBuilder.CreateTable(
                name: "data_source",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    name = table.Column<string>(type: "text", nullable: false),
                    project = table.Column<string>(type: "text", nullable: true),
                    system = table.Column<string>(type: "text", nullable: false),
                    location = table.Column<string>(type: "text", nullable: true),
                    timestamp_column = table.Column<string>(type: "text", nullable: true),
                    created_column = table.Column<string>(type: "text", nullable: true),
                    owner = table.Column<string>(type: "text", nullable: true),
                    description = table.Column<string>(type: "text", nullable: true),
                    tags = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_data_source", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "entity",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    name = table.Column<string>(type: "text", nullable: false),
                    project = table.Column<string>(type: "text", nullable: true),
                    join_keys = table.Column<string[]>(type: "text[]", nullable: false),
                    data_type = table.Column<short>(type: "smallint", nullable: false),
                    owner = table.Column<string>(type: "text", nullable: true),
                    description = table.Column<string>(type: "text", nullable: true),
                    tags = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_entity", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "event",
                schema: "audit",
                columns: table => new
                {
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    subject_kind = table.Column<string>(type: "text", nullable: false),
                    subject_id = table.Column<int>(type: "integer", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    before = table.Column<string>(type: "json", nullable: true),
                    after = table.Column<string>(type: "json", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true),
                    request_id = table.Column<string>(type: "text", nullable: true),
                    address = table.Column<string>(type: "text", nullable: true),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event", x => x.sequence);
                });

            migrationBuilder.CreateTable(
                name: "feature_group",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    name = table.Column<string>(type: "text", nullable: false),
                    project = table.Column<string>(type: "text", nullable: true),
                    kind = table.Column<string>(type: "text", nullable: true),
                    entities = table.Column<string[]>(type: "text[]", nullable: false),
                    sources = table.Column<string[]>(type: "text[]", nullable: false),
                    freshness_seconds = table.Column<int>(type: "integer", nullable: true),
                    online = table.Column<bool>(type: "boolean", nullable: true),
                    owner = table.Column<string>(type: "text", nullable: true),
                    description = table.Column<string>(type: "text", nullable: true),
                    tags = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_feature_group", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "idempotency",
                schema: "access",
                columns: table => new
                {
                    actor = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    fingerprint = table.Column<byte[]>(type: "bytea", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    status = table.Column<short>(type: "smallint", nullable: false, defaultValue: (short)0),
                    content_type = table.Column<string>(type: "text", nullable: true),
                    etag = table.Column<string>(type: "text", nullable: true),
                    location = table.Column<string>(type: "text", nullable: true),
                    body = table.Column<byte[]>(type: "bytea", nullable: false, defaultValueSql: "''::bytea")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency", x => new { x.actor, x.key });
                });

            migrationBuilder.CreateTable(
                name: "person",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    handle = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_person", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "team",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    slug = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    parent_id = table.Column<int>(type: "integer", nullable: true),
                    revision = table.Column<int>(type: "integer", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_team", x => x.id);
                    table.ForeignKey(
                        name: "fk_team_team_parent_id",
                        column: x => x.parent_id,
                        principalSchema: "registry",
                        principalTable: "team",
                        principalColumn: "id");
                });

            migrationBuilder.CreateTable(
                name: "token",
                schema: "access",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    name = table.Column<string>(type: "text", nullable: false),
                    role = table.Column<short>(type: "smallint", nullable: false),
                    person_id = table.Column<int>(type: "integer", nullable: true),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_token", x => x.id);
                    table.ForeignKey(
                        name: "fk_token_people_person_id",
                        column: x => x.person_id,
                        principalSchema: "registry",
                        principalTable: "person",
                        principalColumn: "id");
                });

            migrationBuilder.CreateTable(
                name: "feature",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false, defaultValueSql: "nextval('registry.feature_id')"),
                    key = table.Column<string>(type: "text", nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: false),
                    stage_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    description = table.Column<string>(type: "text", nullable: true),
                    freshness_seconds = table.Column<int>(type: "integer", nullable: true),
                    sensitivity = table.Column<short>(type: "smallint", nullable: false),
                    cost = table.Column<string>(type: "json", nullable: true),
                    tags = table.Column<string>(type: "jsonb", nullable: false),
                    replacement_id = table.Column<int>(type: "integer", nullable: true),
                    current_version = table.Column<int>(type: "integer", nullable: false),
                    revision = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    group_name = table.Column<string>(type: "text", nullable: false, computedColumnSql: "split_part(key, ':', 1)", stored: true),
                    search_text = table.Column<NpgsqlTsVector>(type: "tsvector", nullable: false, computedColumnSql: "to_tsvector('simple', translate(key, ':_.-', '    ') || ' ' || coalesce(description, ''))", stored: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_feature", x => x.id);
                    table.ForeignKey(
                        name: "fk_feature_feature_replacement_id",
                        column: x => x.replacement_id,
                        principalSchema: "registry",
                        principalTable: "feature",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "fk_feature_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "registry",
                        principalTable: "team",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "model",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false, defaultValueSql: "nextval('registry.model_id')"),
                    name = table.Column<string>(type: "text", nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    surface = table.Column<string>(type: "text", nullable: true),
                    metric_name = table.Column<string>(type: "text", nullable: true),
                    metric_higher_is_better = table.Column<bool>(type: "boolean", nullable: false),
                    weight = table.Column<double>(type: "double precision", nullable: false),
                    traffic_per_day = table.Column<double>(type: "double precision", nullable: true),
                    description = table.Column<string>(type: "text", nullable: true),
                    tags = table.Column<string>(type: "jsonb", nullable: false),
                    live_version_id = table.Column<int>(type: "integer", nullable: true),
                    revision = table.Column<int>(type: "integer", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_model", x => x.id);
                    table.ForeignKey(
                        name: "fk_model_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "registry",
                        principalTable: "team",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "team_member",
                schema: "registry",
                columns: table => new
                {
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    person_id = table.Column<int>(type: "integer", nullable: false),
                    is_lead = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_team_member", x => new { x.team_id, x.person_id });
                    table.ForeignKey(
                        name: "fk_team_member_person_person_id",
                        column: x => x.person_id,
                        principalSchema: "registry",
                        principalTable: "person",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_team_member_team_team_id",
                        column: x => x.team_id,
                        principalSchema: "registry",
                        principalTable: "team",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "feature_alias",
                schema: "registry",
                columns: table => new
                {
                    key = table.Column<string>(type: "text", nullable: false),
                    feature_id = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_feature_alias", x => x.key);
                    table.ForeignKey(
                        name: "fk_feature_alias_feature_feature_id",
                        column: x => x.feature_id,
                        principalSchema: "registry",
                        principalTable: "feature",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "feature_score",
                schema: "value",
                columns: table => new
                {
                    feature_id = table.Column<int>(type: "integer", nullable: false),
                    value = table.Column<double>(type: "double precision", nullable: true),
                    lower = table.Column<double>(type: "double precision", nullable: true),
                    upper = table.Column<double>(type: "double precision", nullable: true),
                    percentile = table.Column<double>(type: "double precision", nullable: true),
                    usage = table.Column<double>(type: "double precision", nullable: true),
                    reads_per_day = table.Column<double>(type: "double precision", nullable: true),
                    reads_per_day_upper_bound = table.Column<double>(type: "double precision", nullable: true),
                    cost_per_day = table.Column<double>(type: "double precision", nullable: true),
                    efficiency = table.Column<double>(type: "double precision", nullable: true),
                    recommendation = table.Column<short>(type: "smallint", nullable: false),
                    previous_recommendation = table.Column<short>(type: "smallint", nullable: true),
                    @class = table.Column<short>(name: "class", type: "smallint", nullable: true),
                    confidence = table.Column<double>(type: "double precision", nullable: false),
                    saving_per_day = table.Column<double>(type: "double precision", nullable: true),
                    judgement = table.Column<string>(type: "json", nullable: false),
                    run_id = table.Column<int>(type: "integer", nullable: false),
                    scored_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_feature_score", x => x.feature_id);
                    table.ForeignKey(
                        name: "fk_feature_score_feature_feature_id",
                        column: x => x.feature_id,
                        principalSchema: "registry",
                        principalTable: "feature",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "feature_version",
                schema: "registry",
                columns: table => new
                {
                    feature_id = table.Column<int>(type: "integer", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    data_type = table.Column<short>(type: "smallint", nullable: false),
                    entity = table.Column<string>(type: "text", nullable: true),
                    source_system = table.Column<string>(type: "text", nullable: true),
                    source_table = table.Column<string>(type: "text", nullable: true),
                    source_column = table.Column<string>(type: "text", nullable: true),
                    source_expression = table.Column<string>(type: "text", nullable: true),
                    expected = table.Column<string>(type: "json", nullable: true),
                    default_value = table.Column<string>(type: "json", nullable: true),
                    derived_from = table.Column<int[]>(type: "integer[]", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_feature_version", x => new { x.feature_id, x.number });
                    table.ForeignKey(
                        name: "fk_feature_version_feature_feature_id",
                        column: x => x.feature_id,
                        principalSchema: "registry",
                        principalTable: "feature",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "adoption",
                schema: "lifecycle",
                columns: table => new
                {
                    feature_id = table.Column<int>(type: "integer", nullable: false),
                    model_id = table.Column<int>(type: "integer", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    request_id = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_adoption", x => new { x.feature_id, x.model_id });
                    table.ForeignKey(
                        name: "fk_adoption_features_feature_id",
                        column: x => x.feature_id,
                        principalSchema: "registry",
                        principalTable: "feature",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_adoption_models_model_id",
                        column: x => x.model_id,
                        principalSchema: "registry",
                        principalTable: "model",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "model_version",
                schema: "registry",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false, defaultValueSql: "nextval('registry.model_version_id')"),
                    model_id = table.Column<int>(type: "integer", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    label_id = table.Column<int>(type: "integer", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_model_version", x => x.id);
                    table.ForeignKey(
                        name: "fk_model_version_feature_label_id",
                        column: x => x.label_id,
                        principalSchema: "registry",
                        principalTable: "feature",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "fk_model_version_model_model_id",
                        column: x => x.model_id,
                        principalSchema: "registry",
                        principalTable: "model",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "manifest_entry",
                schema: "registry",
                columns: table => new
                {
                    model_version_id = table.Column<int>(type: "integer", nullable: false),
                    feature_id = table.Column<int>(type: "integer", nullable: false),
                    feature_version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_manifest_entry", x => new { x.model_version_id, x.feature_id });
                    table.ForeignKey(
                        name: "fk_manifest_entry_feature_feature_id",
                        column: x => x.feature_id,
                        principalSchema: "registry",
                        principalTable: "feature",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_manifest_entry_model_versions_model_version_id",
                        column: x => x.model_version_id,
                        principalSchema: "registry",
                        principalTable: "model_version",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_adoption_model_id_state",
                schema: "lifecycle",
                table: "adoption",
                columns: new[] { "model_id", "state" });

            migrationBuilder.CreateIndex(
                name: "ix_data_source_project_name",
                schema: "registry",
                table: "data_source",
                columns: new[] { "project", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_entity_project_name",
                schema: "registry",
                table: "entity",
                columns: new[] { "project", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_event_actor_sequence",
                schema: "audit",
                table: "event",
                columns: new[] { "actor", "sequence" });

            migrationBuilder.CreateIndex(
                name: "ix_event_subject_kind_subject_id_sequence",
                schema: "audit",
                table: "event",
                columns: new[] { "subject_kind", "subject_id", "sequence" });

            migrationBuilder.CreateIndex(
                name: "ix_feature_group_name_key",
                schema: "registry",
                table: "feature",
                columns: new[] { "group_name", "key" });

            migrationBuilder.CreateIndex(
                name: "ix_feature_key",
                schema: "registry",
                table: "feature",
                column: "key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_feature_replacement_id",
                schema: "registry",
                table: "feature",
                column: "replacement_id");

            migrationBuilder.CreateIndex(
                name: "ix_feature_search_text",
                schema: "registry",
                table: "feature",
                column: "search_text")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_feature_stage_key",
                schema: "registry",
                table: "feature",
                columns: new[] { "stage", "key" });

            migrationBuilder.CreateIndex(
                name: "ix_feature_team_id_key",
                schema: "registry",
                table: "feature",
                columns: new[] { "team_id", "key" });

            migrationBuilder.CreateIndex(
                name: "ix_feature_updated_at_id",
                schema: "registry",
                table: "feature",
                columns: new[] { "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_feature_alias_feature_id",
                schema: "registry",
                table: "feature_alias",
                column: "feature_id");

            migrationBuilder.CreateIndex(
                name: "ix_feature_group_name",
                schema: "registry",
                table: "feature_group",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_feature_score_recommendation_value",
                schema: "value",
                table: "feature_score",
                columns: new[] { "recommendation", "value" });

            migrationBuilder.CreateIndex(
                name: "ix_feature_version_derived_from",
                schema: "registry",
                table: "feature_version",
                column: "derived_from")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_feature_version_source_table_source_column",
                schema: "registry",
                table: "feature_version",
                columns: new[] { "source_table", "source_column" });

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_at",
                schema: "access",
                table: "idempotency",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_manifest_entry_feature_id",
                schema: "registry",
                table: "manifest_entry",
                column: "feature_id");

            migrationBuilder.CreateIndex(
                name: "ix_model_name",
                schema: "registry",
                table: "model",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_model_team_id",
                schema: "registry",
                table: "model",
                column: "team_id");

            migrationBuilder.CreateIndex(
                name: "ix_model_version_label_id",
                schema: "registry",
                table: "model_version",
                column: "label_id");

            migrationBuilder.CreateIndex(
                name: "ix_model_version_model_id_name",
                schema: "registry",
                table: "model_version",
                columns: new[] { "model_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_person_handle",
                schema: "registry",
                table: "person",
                column: "handle",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_team_parent_id",
                schema: "registry",
                table: "team",
                column: "parent_id");

            migrationBuilder.CreateIndex(
                name: "ix_team_slug",
                schema: "registry",
                table: "team",
                column: "slug",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_team_member_person_id",
                schema: "registry",
                table: "team_member",
                column: "person_id");

            migrationBuilder.CreateIndex(
                name: "ix_token_hash",
                schema: "access",
                table: "token",
                column: "hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_token_person_id",
                schema: "access",
                table: "token",
                column: "person_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "adoption",
                schema: "lifecycle");

            migrationBuilder.DropTable(
                name: "data_source",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "entity",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "event",
                schema: "audit");

            migrationBuilder.DropTable(
                name: "feature_alias",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "feature_group",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "feature_score",
                schema: "value");

            migrationBuilder.DropTable(
                name: "feature_version",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "idempotency",
                schema: "access");

            migrationBuilder.DropTable(
                name: "manifest_entry",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "team_member",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "token",
                schema: "access");

            migrationBuilder.DropTable(
                name: "model_version",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "person",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "feature",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "model",
                schema: "registry");

            migrationBuilder.DropTable(
                name: "team",
                schema: "registry");

            migrationBuilder.DropSequence(
                name: "feature_id",
                schema: "registry");

            migrationBuilder.DropSequence(
                name: "model_id",
                schema: "registry");

            migrationBuilder.DropSequence(
                name: "model_version_id",
                schema: "registry");
        }
    }
}
