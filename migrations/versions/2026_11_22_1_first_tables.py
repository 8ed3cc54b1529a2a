"""All tables of the first release.

Safe while the previous release runs: there is none.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.events.models

revision = "0001"
down_revision = "0000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("channels", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("locations", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("order_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_index("ix_customers_email", "customers", [sa.literal_column("lower('email')")], unique=False)
    op.create_index(
        "ix_customers_search",
        "customers",
        ["email", "name", "phone"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"email": "gin_trgm_ops", "name": "gin_trgm_ops", "phone": "gin_trgm_ops"},
    )
    op.create_table(
        "exchange_rates",
        sa.Column("base", sa.String(length=3), nullable=False),
        sa.Column("quote", sa.String(length=3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rate", sa.Numeric(precision=18, scale=9), nullable=False),
        sa.PrimaryKeyConstraint("base", "quote", "at", name=op.f("pk_exchange_rates")),
    )
    op.create_table(
        "item_profit_days",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("orders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("units", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revenue_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discounts_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunds_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cogs_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_cost_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("channel_fees_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("payment_fees_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("other_costs_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("exchange_difference_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("item_id", "day", "channel_id", name=op.f("pk_item_profit_days")),
    )
    op.create_index("ix_item_profit_days_day", "item_profit_days", ["day"], unique=False)
    op.create_table(
        "items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("SIMPLE", "BUNDLE", "SERVICE", name="itemkind", native_enum=False, length=32),
            server_default="SIMPLE",
            nullable=False,
        ),
        sa.Column("barcode", sa.Text(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=True),
        sa.Column("length_mm", sa.Integer(), nullable=True),
        sa.Column("width_mm", sa.Integer(), nullable=True),
        sa.Column("height_mm", sa.Integer(), nullable=True),
        sa.Column("hs_code", sa.Text(), nullable=True),
        sa.Column("origin_country", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("sku", name=op.f("uq_items_sku")),
    )
    op.create_index(op.f("ix_items_barcode"), "items", ["barcode"], unique=False)
    op.create_index(
        "ix_items_search",
        "items",
        ["sku", "name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"sku": "gin_trgm_ops", "name": "gin_trgm_ops"},
    )
    op.create_index("ix_items_tags", "items", ["tags"], unique=False, postgresql_using="gin")
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ASSET", "LIABILITY", "EQUITY", "INCOME", "EXPENSE", name="accountkind", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "profit_part",
            sa.Enum(
                "REVENUE",
                "DISCOUNTS",
                "REFUNDS",
                "COGS",
                "SHIPPING_COST",
                "CHANNEL_FEES",
                "PAYMENT_FEES",
                "OTHER_COSTS",
                "EXCHANGE_DIFFERENCE",
                name="profitpart",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_accounts")),
        sa.UniqueConstraint("code", name=op.f("uq_ledger_accounts_code")),
    )
    op.create_table(
        "plugins",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("api_version", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("load_error", sa.Text(), nullable=True),
        sa.Column("config_schema", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("capabilities", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("strategies", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_plugins")),
    )
    op.create_table(
        "profit_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("orders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("units", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revenue_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discounts_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunds_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cogs_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_cost_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("channel_fees_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("payment_fees_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("other_costs_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("exchange_difference_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("day", "channel_id", "country", name=op.f("pk_profit_days")),
    )
    op.create_table(
        "schedules",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedules")),
    )
    op.create_table(
        "settings",
        sa.Column("id", sa.Integer(), server_default="1", autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), server_default="Crossdock", nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="GBP", nullable=False),
        sa.Column("timezone", sa.Text(), server_default="Europe/London", nullable=False),
        sa.Column("routing_strategy", sa.Text(), server_default="priority", nullable=False),
        sa.Column(
            "hold_risk_at",
            sa.Enum("LOW", "MEDIUM", "HIGH", name="risklevel", native_enum=False, length=32),
            server_default="HIGH",
            nullable=False,
        ),
        sa.Column("tracking_silence_hours", sa.Integer(), server_default="48", nullable=False),
        sa.Column("return_window_days", sa.Integer(), server_default="30", nullable=False),
        sa.Column("closed_through", sa.Date(), nullable=True),
        sa.Column(
            "signing_key",
            sa.LargeBinary(),
            server_default=sa.text("uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())"),
            nullable=False,
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_settings_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settings")),
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.create_table(
        "account_days",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("debit_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["ledger_accounts.id"], name=op.f("fk_account_days_account_id")),
        sa.PrimaryKeyConstraint("account_id", "currency", "day", name=op.f("pk_account_days")),
    )
    op.create_table(
        "bundle_components",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("bundle_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_share", sa.Numeric(precision=9, scale=6), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_bundle_components_quantity")),
        sa.ForeignKeyConstraint(["bundle_id"], ["items.id"], name=op.f("fk_bundle_components_bundle_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_bundle_components_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle_components")),
    )
    op.create_index(op.f("ix_bundle_components_item_id"), "bundle_components", ["item_id"], unique=False)
    op.create_index("uq_bundle_components", "bundle_components", ["bundle_id", "item_id"], unique=True)
    op.create_table(
        "customer_spend",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("spent_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_spend_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "currency", name=op.f("pk_customer_spend")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("mutation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("input_digest", sa.LargeBinary(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name=op.f("fk_idempotency_keys_api_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_created", "idempotency_keys", ["created_at"], unique=False)
    op.create_index("uq_idempotency_keys", "idempotency_keys", ["api_key_id", "mutation", "key"], unique=True)
    op.create_table(
        "integrations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("plugin_name", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("from_file", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "health",
            sa.Enum("OK", "DEGRADED", "DOWN", "UNKNOWN", name="healthstatus", native_enum=False, length=32),
            server_default="UNKNOWN",
            nullable=False,
        ),
        sa.Column("health_message", sa.Text(), nullable=True),
        sa.Column("last_sync_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("config", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["plugin_name"], ["plugins.name"], name=op.f("fk_integrations_plugin_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrations")),
        sa.UniqueConstraint("key", name=op.f("uq_integrations_key")),
    )
    op.create_index(op.f("ix_integrations_plugin_name"), "integrations", ["plugin_name"], unique=False)
    op.create_table(
        "item_costs",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("value_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_item_costs_quantity")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_costs_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_costs")),
    )
    op.create_table(
        "channels",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("integration_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("selling", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("buffer", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "shortage",
            sa.Enum("BACKORDER", "HOLD", "CANCEL", name="shortagepolicy", native_enum=False, length=32),
            server_default="BACKORDER",
            nullable=False,
        ),
        sa.Column("routing_strategy", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name=op.f("fk_channels_integration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("key", name=op.f("uq_channels_key")),
    )
    op.create_table(
        "failed_jobs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("same_as", sa.Text(), nullable=True),
        sa.Column("integration_id", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name=op.f("fk_failed_jobs_integration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_jobs")),
    )
    op.create_index("ix_failed_jobs_failed", "failed_jobs", ["failed_at", "id"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("same_as", sa.Text(), nullable=True),
        sa.Column("integration_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("PENDING", "RUNNING", name="jobstate", native_enum=False, length=32),
            server_default="PENDING",
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("deaths", sa.Integer(), server_default="0", nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name=op.f("fk_jobs_integration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(
        "ix_jobs_due", "jobs", ["queue", "run_at", "id"], unique=False, postgresql_where=sa.text("state = 'PENDING'")
    )
    op.create_index("ix_jobs_running", "jobs", ["worker"], unique=False, postgresql_where=sa.text("state = 'RUNNING'"))
    op.create_index(
        "uq_jobs_same",
        "jobs",
        ["name", "same_as"],
        unique=True,
        postgresql_where=sa.text("state = 'PENDING' and same_as is not null"),
    )
    op.create_table(
        "locations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "WAREHOUSE",
                "STORE",
                "THIRD_PARTY",
                "SUPPLIER",
                "MARKETPLACE",
                name="locationkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("address", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("timezone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("cutoff", sa.Time(), nullable=True),
        sa.Column(
            "workdays",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{MONDAY,TUESDAY,WEDNESDAY,THURSDAY,FRIDAY}'"),
            nullable=False,
        ),
        sa.Column("closed_on", sa.ARRAY(sa.Date()), server_default="{}", nullable=False),
        sa.Column("daily_capacity", sa.Integer(), nullable=True),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "stock_authority",
            sa.Enum("HUB", "LOCATION", "LOCATION_NET_OF_ORDERS", name="stockauthority", native_enum=False, length=32),
            server_default="HUB",
            nullable=False,
        ),
        sa.Column("integration_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name=op.f("fk_locations_integration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locations")),
        sa.UniqueConstraint("code", name=op.f("uq_locations_code")),
    )
    op.create_table(
        "sync_cursors",
        sa.Column("integration_id", sa.BigInteger(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name=op.f("fk_sync_cursors_integration_id")),
        sa.PrimaryKeyConstraint("integration_id", "job", name=op.f("pk_sync_cursors")),
    )
    op.create_table(
        "sync_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("integration_id", sa.BigInteger(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("RUNNING", "SUCCEEDED", "PARTIAL", "FAILED", name="syncstate", native_enum=False, length=32),
            server_default="RUNNING",
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("missed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name=op.f("fk_sync_runs_integration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_runs")),
    )
    op.create_index("ix_sync_runs_integration", "sync_runs", ["integration_id", "id"], unique=False)
    op.create_index("ix_sync_runs_started", "sync_runs", ["started_at", "id"], unique=False)
    op.create_table(
        "channel_locations",
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_channel_locations_channel_id")),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_channel_locations_location_id")),
        sa.PrimaryKeyConstraint("channel_id", "location_id", name=op.f("pk_channel_locations")),
    )
    op.create_index(op.f("ix_channel_locations_location_id"), "channel_locations", ["location_id"], unique=False)
    op.create_table(
        "customer_identities",
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_customer_identities_channel_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_identities_customer_id")),
        sa.PrimaryKeyConstraint("channel_id", "external_id", name=op.f("pk_customer_identities")),
    )
    op.create_index(op.f("ix_customer_identities_customer_id"), "customer_identities", ["customer_id"], unique=False)
    op.create_table(
        "listings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("external_sku", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("mapped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("buffer", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cap", sa.Integer(), nullable=True),
        sa.Column(
            "publish_state",
            sa.Enum(
                "PENDING", "SENT", "CONFIRMED", "REJECTED", "DRIFTED", name="publishstate", native_enum=False, length=32
            ),
            nullable=True,
        ),
        sa.Column("published_quantity", sa.Integer(), nullable=True),
        sa.Column("published_sequence", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_quantity", sa.Integer(), nullable=True),
        sa.Column("confirmed_sequence", sa.BigInteger(), nullable=True),
        sa.Column("publish_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_listings_channel_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_listings_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
    )
    op.create_index(op.f("ix_listings_item_id"), "listings", ["item_id"], unique=False)
    op.create_index("ix_listings_sku", "listings", ["channel_id", "external_sku"], unique=False)
    op.create_index("uq_listings_external", "listings", ["channel_id", "external_id"], unique=True)
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("external_number", sa.Text(), nullable=True),
        sa.Column("external_version", sa.Text(), nullable=True),
        sa.Column("fulfilled_by_channel", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "HUB",
                "PERSON",
                "CHANNEL",
                "SUPPLIER",
                "CARRIER",
                "HELPDESK",
                name="origin",
                native_enum=False,
                length=32,
            ),
            server_default="CHANNEL",
            nullable=False,
        ),
        sa.Column("original_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "CONFIRMED",
                "PROCESSING",
                "COMPLETED",
                "CANCELLING",
                "CANCELLED",
                name="orderstatus",
                native_enum=False,
                length=32,
            ),
            server_default="PENDING",
            nullable=False,
        ),
        sa.Column(
            "payment_status",
            sa.Enum(
                "UNPAID",
                "AUTHORIZED",
                "PARTIALLY_PAID",
                "PAID",
                "PARTIALLY_REFUNDED",
                "REFUNDED",
                "VOIDED",
                "DISPUTED",
                name="paymentstatus",
                native_enum=False,
                length=32,
            ),
            server_default="UNPAID",
            nullable=False,
        ),
        sa.Column(
            "fulfillment_status",
            sa.Enum(
                "UNFULFILLED",
                "BACKORDERED",
                "PARTIALLY_FULFILLED",
                "FULFILLED",
                "IN_TRANSIT",
                "DELIVERED",
                "EXCEPTION",
                name="fulfillmentstatus",
                native_enum=False,
                length=32,
            ),
            server_default="UNFULFILLED",
            nullable=False,
        ),
        sa.Column(
            "return_status",
            sa.Enum("NONE", "REQUESTED", "IN_PROGRESS", "RETURNED", name="returnstatus", native_enum=False, length=32),
            server_default="NONE",
            nullable=False,
        ),
        sa.Column("on_hold", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("validated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "cancel_reason",
            sa.Enum(
                "CUSTOMER",
                "FRAUD",
                "OUT_OF_STOCK",
                "ADDRESS",
                "PAYMENT",
                "DUPLICATE",
                "OTHER",
                name="cancelreason",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("refund_cancelled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ship_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deliver_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("shipping_address", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("billing_address", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("shipping_method", sa.Text(), nullable=True),
        sa.Column("address_check", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("pending_shipping_address", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("taxes_included", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("subtotal_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_tax_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cancelled_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_refunded_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("spent_minor", sa.BigInteger(), nullable=True),
        sa.Column("tax_lines", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("search", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_orders_channel_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_orders_customer_id")),
        sa.ForeignKeyConstraint(["original_id"], ["orders.id"], name=op.f("fk_orders_original_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
    )
    op.create_index("ix_orders_channel_placed", "orders", ["channel_id", "placed_at", "id"], unique=False)
    op.create_index(op.f("ix_orders_customer_id"), "orders", ["customer_id"], unique=False)
    op.create_index("ix_orders_email", "orders", [sa.literal_column("lower(email)")], unique=False)
    op.create_index(
        "ix_orders_open",
        "orders",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status in ('PENDING', 'CONFIRMED', 'PROCESSING', 'CANCELLING')"),
    )
    op.create_index(op.f("ix_orders_original_id"), "orders", ["original_id"], unique=False)
    op.create_index(op.f("ix_orders_phone"), "orders", ["phone"], unique=False)
    op.create_index("ix_orders_placed", "orders", ["placed_at", "id"], unique=False)
    op.create_index("ix_orders_priority", "orders", ["priority", "placed_at", "id"], unique=False)
    op.create_index(
        "ix_orders_search",
        "orders",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_orders_ship_by", "orders", ["ship_by", "id"], unique=False, postgresql_where=sa.text("ship_by is not null")
    )
    op.create_index("ix_orders_status_placed", "orders", ["status", "placed_at", "id"], unique=False)
    op.create_index("ix_orders_tags", "orders", ["tags"], unique=False, postgresql_using="gin")
    op.create_index("ix_orders_total", "orders", ["total_minor", "id"], unique=False)
    op.create_index("ix_orders_updated", "orders", ["updated_at", "id"], unique=False)
    op.create_index(
        "uq_orders_external",
        "orders",
        ["channel_id", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id is not null"),
    )
    op.create_table(
        "stock_levels",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("owned", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("bin", sa.Text(), nullable=True),
        sa.Column("on_hand", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reserved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("damaged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("incoming", sa.Integer(), server_default="0", nullable=False),
        sa.Column("safety", sa.Integer(), server_default="0", nullable=False),
        sa.Column("safety_automatic", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("not owned or (on_hand >= 0 and reserved <= on_hand)", name=op.f("ck_stock_levels_on_hand")),
        sa.CheckConstraint("reserved >= 0 and damaged >= 0 and safety >= 0", name=op.f("ck_stock_levels_signs")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_stock_levels_item_id")),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_stock_levels_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_levels")),
    )
    op.create_index("ix_stock_levels_location", "stock_levels", ["location_id", "item_id"], unique=False)
    op.create_index("uq_stock_levels", "stock_levels", ["item_id", "location_id"], unique=True)
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "RECEIPT",
                "RESERVE",
                "RELEASE",
                "SHIP",
                "RETURN",
                "ADJUST",
                "COUNT",
                "TRANSFER_OUT",
                "TRANSFER_IN",
                "DAMAGE",
                "WRITE_OFF",
                "SNAPSHOT",
                name="movementreason",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("on_hand_delta", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reserved_delta", sa.Integer(), server_default="0", nullable=False),
        sa.Column("damaged_delta", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unit_cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_stock_movements_item_id")),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_stock_movements_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
    )
    op.create_index("ix_stock_movements_item", "stock_movements", ["item_id", "location_id", "id"], unique=False)
    op.create_index("ix_stock_movements_occurred", "stock_movements", ["occurred_at", "id"], unique=False)
    op.create_index("ix_stock_movements_reference", "stock_movements", ["reference"], unique=False)
    op.create_table(
        "suppliers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("integration_id", sa.BigInteger(), nullable=True),
        sa.Column("location_id", sa.BigInteger(), nullable=True),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lead_time_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name=op.f("fk_suppliers_integration_id")),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_suppliers_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppliers")),
        sa.UniqueConstraint("key", name=op.f("uq_suppliers_key")),
        sa.UniqueConstraint("location_id", name=op.f("uq_suppliers_location_id")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ORDER",
                "PAYMENT",
                "STOCK",
                "SUPPLIER",
                "SHIPMENT",
                "RETURN",
                "SETTLEMENT",
                "SYNC",
                "OTHER",
                name="casekind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("OPEN", "RESOLVED", name="casestate", native_enum=False, length=32),
            server_default="OPEN",
            nullable=False,
        ),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("same_as", sa.Text(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=True),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_cases_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
    )
    op.create_index(
        "ix_cases_open", "cases", ["due_at", "id"], unique=False, postgresql_where=sa.text("state = 'OPEN'")
    )
    op.create_index("ix_cases_opened", "cases", ["opened_at", "id"], unique=False)
    op.create_index(op.f("ix_cases_order_id"), "cases", ["order_id"], unique=False)
    op.create_index("uq_cases_same", "cases", ["same_as"], unique=True, postgresql_where=sa.text("same_as is not null"))
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "transaction",
            core.events.models.TransactionId(),
            server_default=sa.text("pg_current_xact_id()"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_events_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_cursor", "events", ["transaction", "id"], unique=False)
    op.create_index("ix_events_name", "events", ["name", "id"], unique=False)
    op.create_index("ix_events_occurred", "events", ["occurred_at", "id"], unique=False)
    op.create_index("ix_events_order", "events", ["order_id", "id"], unique=False)
    op.create_index("ix_events_subject", "events", ["subject"], unique=False)
    op.create_table(
        "external_calls",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("integration_id", sa.BigInteger(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("call_key", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "INTENDED",
                "CALLING",
                "SUCCEEDED",
                "REJECTED",
                "FAILED",
                "UNKNOWN",
                name="callstate",
                native_enum=False,
                length=32,
            ),
            server_default="INTENDED",
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name=op.f("fk_external_calls_integration_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_external_calls_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_calls")),
        sa.UniqueConstraint("call_key", name=op.f("uq_external_calls_call_key")),
    )
    op.create_index("ix_external_calls_created", "external_calls", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_external_calls_open",
        "external_calls",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state in ('INTENDED', 'CALLING', 'UNKNOWN')"),
    )
    op.create_index(op.f("ix_external_calls_order_id"), "external_calls", ["order_id"], unique=False)
    op.create_index("ix_external_calls_subject", "external_calls", ["subject"], unique=False)
    op.create_table(
        "holds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "PAYMENT",
                "FRAUD",
                "ADDRESS",
                "STOCK",
                "SKU_UNMAPPED",
                "APPROVAL",
                "CREDIT",
                "MANUAL",
                "OTHER",
                name="holdkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("fix", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_holds_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index("ix_holds_kind", "holds", ["kind"], unique=False, postgresql_where=sa.text("released_at is null"))
    op.create_index(op.f("ix_holds_order_id"), "holds", ["order_id"], unique=False)
    op.create_index(
        "uq_holds_open",
        "holds",
        ["order_id", "kind", "code"],
        unique=True,
        postgresql_where=sa.text("released_at is null"),
    )
    op.create_table(
        "inbox_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("integration_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("external_version", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "RECEIVED",
                "APPLIED",
                "DUPLICATE",
                "STALE",
                "QUARANTINED",
                name="inboxstate",
                native_enum=False,
                length=32,
            ),
            server_default="RECEIVED",
            nullable=False,
        ),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("mapper", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name=op.f("fk_inbox_messages_integration_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_inbox_messages_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_messages")),
    )
    op.create_index(op.f("ix_inbox_messages_order_id"), "inbox_messages", ["order_id"], unique=False)
    op.create_index("ix_inbox_messages_received", "inbox_messages", ["received_at", "id"], unique=False)
    op.create_index(
        "ix_inbox_messages_waiting",
        "inbox_messages",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state in ('RECEIVED', 'QUARANTINED')"),
    )
    op.create_index(
        "uq_inbox_messages",
        "inbox_messages",
        ["integration_id", "kind", "external_id", "external_version"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("external_id is not null"),
    )
    op.create_table(
        "journal_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("book_key", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "transaction",
            core.events.models.TransactionId(),
            server_default=sa.text("pg_current_xact_id()"),
            nullable=False,
        ),
        sa.Column("valued", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("rolled_up", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_journal_entries_order_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["journal_entries.id"], name=op.f("fk_journal_entries_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entries")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_journal_entries_reverses_id")),
    )
    op.create_index("ix_journal_entries_effective", "journal_entries", ["effective_at", "id"], unique=False)
    op.create_index("ix_journal_entries_order", "journal_entries", ["order_id", "id"], unique=False)
    op.create_index("ix_journal_entries_source", "journal_entries", ["source"], unique=False)
    op.create_index(
        "ix_journal_entries_unrolled",
        "journal_entries",
        ["id"],
        unique=False,
        postgresql_where=sa.text("not rolled_up"),
    )
    op.create_index(
        "ix_journal_entries_unvalued", "journal_entries", ["id"], unique=False, postgresql_where=sa.text("not valued")
    )
    op.create_index("uq_journal_entries_book_key", "journal_entries", ["book_key"], unique=True)
    op.create_table(
        "order_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "GOODS",
                "SHIPPING",
                "DISCOUNT",
                "VOUCHER",
                "MANUAL",
                "SAMPLE",
                "COMMISSION",
                "MARKETPLACE_FEE",
                "BANK_CHARGE",
                "BAD_DEBT",
                name="linekind",
                native_enum=False,
                length=32,
            ),
            server_default="GOODS",
            nullable=False,
        ),
        sa.Column("ships", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("listing_id", sa.BigInteger(), nullable=True),
        sa.Column("bundle_line_id", sa.BigInteger(), nullable=True),
        sa.Column("per_bundle", sa.Integer(), nullable=True),
        sa.Column("price_share", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), server_default="0", nullable=False),
        sa.Column("backordered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("allocated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancelled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancelling", sa.Integer(), server_default="0", nullable=False),
        sa.Column("returned", sa.Integer(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_tax_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint(
            "quantity = open + backordered + allocated + shipped + cancelled", name=op.f("ck_order_lines_sum")
        ),
        sa.CheckConstraint(
            "quantity >= 0 and open >= 0 and backordered >= 0 and allocated >= 0 and shipped >= 0 and cancelled >= 0",
            name=op.f("ck_order_lines_signs"),
        ),
        sa.CheckConstraint("returned between 0 and shipped", name=op.f("ck_order_lines_returned")),
        sa.ForeignKeyConstraint(["bundle_line_id"], ["order_lines.id"], name=op.f("fk_order_lines_bundle_line_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_order_lines_item_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
    )
    op.create_index(
        "ix_order_lines_bundle",
        "order_lines",
        ["bundle_line_id"],
        unique=False,
        postgresql_where=sa.text("bundle_line_id is not null"),
    )
    op.create_index(
        "ix_order_lines_demand",
        "order_lines",
        ["item_id"],
        unique=False,
        postgresql_where=sa.text("open + backordered > 0"),
    )
    op.create_index(op.f("ix_order_lines_item_id"), "order_lines", ["item_id"], unique=False)
    op.create_index("ix_order_lines_sku", "order_lines", ["sku"], unique=False)
    op.create_index(
        "ix_order_lines_unmapped",
        "order_lines",
        ["listing_id"],
        unique=False,
        postgresql_where=sa.text("item_id is null"),
    )
    op.create_index("uq_order_lines_position", "order_lines", ["order_id", "position"], unique=True)
    op.create_table(
        "order_profits",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("orders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("units", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revenue_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discounts_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunds_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cogs_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_cost_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("channel_fees_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("payment_fees_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("other_costs_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("exchange_difference_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_profits_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_profits")),
    )
    op.create_index("ix_order_profits_day", "order_profits", ["day"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "PENDING",
                "AUTHORIZED",
                "CAPTURED",
                "FAILED",
                "VOIDED",
                "EXPIRED",
                "DISPUTED",
                name="paymentstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("disputed_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("dispute_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("captured_minor <= amount_minor", name=op.f("ck_payments_captured")),
        sa.CheckConstraint("refunded_minor <= captured_minor", name=op.f("ck_payments_refunded")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_payments_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
    )
    op.create_index(op.f("ix_payments_order_id"), "payments", ["order_id"], unique=False)
    op.create_index("uq_payments_reference", "payments", ["order_id", "gateway", "reference"], unique=True)
    op.create_table(
        "purchase_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "DRAFT",
                "APPROVED",
                "SENT",
                "ACKNOWLEDGED",
                "PARTIALLY_RECEIVED",
                "RECEIVED",
                "CLOSED",
                "CANCELLED",
                name="purchaseorderstate",
                native_enum=False,
                length=32,
            ),
            server_default="DRAFT",
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_purchase_orders_location_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_purchase_orders_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_purchase_orders_number")),
    )
    op.create_index("ix_purchase_orders_state", "purchase_orders", ["state", "id"], unique=False)
    op.create_index(op.f("ix_purchase_orders_supplier_id"), "purchase_orders", ["supplier_id"], unique=False)
    op.create_table(
        "risk_assessments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "level", sa.Enum("LOW", "MEDIUM", "HIGH", name="risklevel", native_enum=False, length=32), nullable=False
        ),
        sa.Column("score", sa.Numeric(), nullable=False),
        sa.Column("signals", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_risk_assessments_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_assessments")),
    )
    op.create_index(op.f("ix_risk_assessments_order_id"), "risk_assessments", ["order_id"], unique=False)
    op.create_table(
        "routing_decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("automatic", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_routing_decisions_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_decisions")),
    )
    op.create_index("ix_routing_decisions_order", "routing_decisions", ["order_id", "id"], unique=False)
    op.create_table(
        "supplier_offers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_sku", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("min_quantity", sa.Integer(), server_default="1", nullable=False),
        sa.Column("lead_time_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("left_out_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_supplier_offers_item_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_supplier_offers_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_offers")),
    )
    op.create_index(op.f("ix_supplier_offers_item_id"), "supplier_offers", ["item_id"], unique=False)
    op.create_index("uq_supplier_offers", "supplier_offers", ["supplier_id", "item_id"], unique=True)
    op.create_table(
        "fulfillment_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("integration_id", sa.BigInteger(), nullable=True),
        sa.Column("purchase_order_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "method",
            sa.Enum(
                "SELF",
                "THIRD_PARTY",
                "DROPSHIP",
                "MARKETPLACE",
                "PURCHASE_ORDER",
                "PICKUP",
                "DIGITAL",
                name="fulfillmentmethod",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "request_state",
            sa.Enum(
                "UNSUBMITTED",
                "SUBMITTED",
                "ACCEPTED",
                "REJECTED",
                "CANCELLATION_REQUESTED",
                "CANCELLATION_ACCEPTED",
                "CANCELLATION_REJECTED",
                "CLOSED",
                name="requeststate",
                native_enum=False,
                length=32,
            ),
            server_default="UNSUBMITTED",
            nullable=False,
        ),
        sa.Column(
            "work_state",
            sa.Enum(
                "SCHEDULED",
                "OPEN",
                "ON_HOLD",
                "IN_PROGRESS",
                "CLOSED",
                "INCOMPLETE",
                "CANCELLED",
                name="workstate",
                native_enum=False,
                length=32,
            ),
            server_default="OPEN",
            nullable=False,
        ),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("ship_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ship_on", sa.Date(), nullable=True),
        sa.Column("expected_weight_grams", sa.Integer(), nullable=True),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["integration_id"], ["integrations.id"], name=op.f("fk_fulfillment_orders_integration_id")
        ),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_fulfillment_orders_location_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_fulfillment_orders_order_id")),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"], ["purchase_orders.id"], name=op.f("fk_fulfillment_orders_purchase_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfillment_orders")),
    )
    op.create_index("ix_fulfillment_orders_created", "fulfillment_orders", ["created_at", "id"], unique=False)
    op.create_index("ix_fulfillment_orders_external", "fulfillment_orders", ["external_id"], unique=False)
    op.create_index("ix_fulfillment_orders_location", "fulfillment_orders", ["location_id", "work_state"], unique=False)
    op.create_index(
        "ix_fulfillment_orders_open",
        "fulfillment_orders",
        ["request_state", "id"],
        unique=False,
        postgresql_where=sa.text("work_state in ('SCHEDULED', 'OPEN', 'ON_HOLD', 'IN_PROGRESS')"),
    )
    op.create_index(op.f("ix_fulfillment_orders_order_id"), "fulfillment_orders", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_fulfillment_orders_purchase_order_id"), "fulfillment_orders", ["purchase_order_id"], unique=False
    )
    op.create_index("ix_fulfillment_orders_ship_by", "fulfillment_orders", ["ship_by", "id"], unique=False)
    op.create_table(
        "postings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reporting_minor", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entries.id"], name=op.f("fk_postings_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
    )
    op.create_index(op.f("ix_postings_entry_id"), "postings", ["entry_id"], unique=False)
    op.create_table(
        "purchase_order_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("purchase_order_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("acknowledged", sa.Integer(), nullable=True),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("unit_cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("quantity > 0 and received >= 0", name=op.f("ck_purchase_order_lines_signs")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_purchase_order_lines_item_id")),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"], ["purchase_orders.id"], name=op.f("fk_purchase_order_lines_purchase_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order_lines")),
    )
    op.create_index(op.f("ix_purchase_order_lines_item_id"), "purchase_order_lines", ["item_id"], unique=False)
    op.create_index("uq_purchase_order_lines", "purchase_order_lines", ["purchase_order_id", "item_id"], unique=True)
    op.create_table(
        "routing_assignments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=True),
        sa.Column("eta_days", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("ship_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["routing_decisions.id"], name=op.f("fk_routing_assignments_decision_id")
        ),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_routing_assignments_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_assignments")),
    )
    op.create_index(op.f("ix_routing_assignments_decision_id"), "routing_assignments", ["decision_id"], unique=False)
    op.create_table(
        "routing_candidates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=True),
        sa.Column("eta_days", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("distance_km", sa.Numeric(precision=8, scale=1), nullable=True),
        sa.Column("rejections", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["routing_decisions.id"], name=op.f("fk_routing_candidates_decision_id")
        ),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_routing_candidates_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_candidates")),
    )
    op.create_index(op.f("ix_routing_candidates_decision_id"), "routing_candidates", ["decision_id"], unique=False)
    op.create_table(
        "routing_shortages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["routing_decisions.id"], name=op.f("fk_routing_shortages_decision_id")
        ),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_lines.id"], name=op.f("fk_routing_shortages_order_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_shortages")),
    )
    op.create_index(op.f("ix_routing_shortages_decision_id"), "routing_shortages", ["decision_id"], unique=False)
    op.create_table(
        "fulfillment_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("fulfillment_order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelling", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancelled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("picked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("packed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("substitute_item_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "quantity > 0 and accepted >= 0 and rejected >= 0 and cancelled >= 0 and picked >= 0 and packed >= 0 and shipped >= 0 and cancelling >= 0",
            name=op.f("ck_fulfillment_lines_signs"),
        ),
        sa.CheckConstraint("rejected + cancelled + shipped <= quantity", name=op.f("ck_fulfillment_lines_sum")),
        sa.ForeignKeyConstraint(
            ["fulfillment_order_id"], ["fulfillment_orders.id"], name=op.f("fk_fulfillment_lines_fulfillment_order_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_fulfillment_lines_item_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_lines.id"], name=op.f("fk_fulfillment_lines_order_line_id")),
        sa.ForeignKeyConstraint(
            ["substitute_item_id"], ["items.id"], name=op.f("fk_fulfillment_lines_substitute_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfillment_lines")),
    )
    op.create_index("ix_fulfillment_lines_order_line", "fulfillment_lines", ["order_line_id"], unique=False)
    op.create_index("uq_fulfillment_lines", "fulfillment_lines", ["fulfillment_order_id", "order_line_id"], unique=True)
    op.create_table(
        "shipments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("fulfillment_order_id", sa.BigInteger(), nullable=True),
        sa.Column("location_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "origin",
            sa.Enum(
                "HUB",
                "PERSON",
                "CHANNEL",
                "SUPPLIER",
                "CARRIER",
                "HELPDESK",
                name="origin",
                native_enum=False,
                length=32,
            ),
            server_default="HUB",
            nullable=False,
        ),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "DRAFT",
                "PACKED",
                "LABELLED",
                "HANDED_OVER",
                "IN_TRANSIT",
                "OUT_FOR_DELIVERY",
                "READY_FOR_PICKUP",
                "DELIVERED",
                "DELAYED",
                "EXCEPTION",
                "DELIVERY_FAILED",
                "RETURNING",
                "RETURNED_TO_SENDER",
                "LOST",
                "CANCELLED",
                name="shipmentstatus",
                native_enum=False,
                length=32,
            ),
            server_default="DRAFT",
            nullable=False,
        ),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("tracking_number", sa.Text(), nullable=True),
        sa.Column("tracking_url", sa.Text(), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=True),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("estimated_delivery", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["fulfillment_order_id"], ["fulfillment_orders.id"], name=op.f("fk_shipments_fulfillment_order_id")
        ),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_shipments_location_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_shipments_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipments")),
    )
    op.create_index("ix_shipments_created", "shipments", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_shipments_fulfillment_order_id"), "shipments", ["fulfillment_order_id"], unique=False)
    op.create_index(op.f("ix_shipments_order_id"), "shipments", ["order_id"], unique=False)
    op.create_index(
        "ix_shipments_search",
        "shipments",
        ["tracking_number"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"tracking_number": "gin_trgm_ops"},
    )
    op.create_index("ix_shipments_shipped", "shipments", ["shipped_at", "id"], unique=False)
    op.create_index("ix_shipments_status", "shipments", ["status", "id"], unique=False)
    op.create_index("ix_shipments_tracking", "shipments", ["tracking_number"], unique=False)
    op.create_index(
        "uq_shipments_external",
        "shipments",
        ["order_id", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id is not null"),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "LABEL",
                "RETURN_LABEL",
                "PACKING_SLIP",
                "COMMERCIAL_INVOICE",
                "MANIFEST",
                "PROOF_OF_DELIVERY",
                "PURCHASE_ORDER",
                "INVOICE",
                name="documentkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=True),
        sa.Column("purchase_order_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"], ["purchase_orders.id"], name=op.f("fk_documents_purchase_order_id")
        ),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], name=op.f("fk_documents_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index(op.f("ix_documents_purchase_order_id"), "documents", ["purchase_order_id"], unique=False)
    op.create_index(op.f("ix_documents_shipment_id"), "documents", ["shipment_id"], unique=False)
    op.create_table(
        "packages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "kind",
            sa.Enum("PARCEL", "PALLET", "LETTER", name="packagekind", native_enum=False, length=32),
            server_default="PARCEL",
            nullable=False,
        ),
        sa.Column("weight_grams", sa.Integer(), nullable=True),
        sa.Column("expected_weight_grams", sa.Integer(), nullable=True),
        sa.Column("length_mm", sa.Integer(), nullable=True),
        sa.Column("width_mm", sa.Integer(), nullable=True),
        sa.Column("height_mm", sa.Integer(), nullable=True),
        sa.Column("tracking_number", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], name=op.f("fk_packages_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packages")),
    )
    op.create_index(op.f("ix_packages_tracking_number"), "packages", ["tracking_number"], unique=False)
    op.create_index("uq_packages_position", "packages", ["shipment_id", "position"], unique=True)
    op.create_table(
        "reservations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("fulfillment_line_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_reservations_quantity")),
        sa.ForeignKeyConstraint(
            ["fulfillment_line_id"], ["fulfillment_lines.id"], name=op.f("fk_reservations_fulfillment_line_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_reservations_item_id")),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_reservations_location_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_lines.id"], name=op.f("fk_reservations_order_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
    )
    op.create_index(
        "ix_reservations_level",
        "reservations",
        ["item_id", "location_id"],
        unique=False,
        postgresql_where=sa.text("quantity > 0"),
    )
    op.create_index("ix_reservations_order_line", "reservations", ["order_line_id"], unique=False)
    op.create_index("uq_reservations_line", "reservations", ["fulfillment_line_id"], unique=True)
    op.create_table(
        "shipping_rates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("eta_days", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("quoted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], name=op.f("fk_shipping_rates_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_rates")),
    )
    op.create_index(op.f("ix_shipping_rates_shipment_id"), "shipping_rates", ["shipment_id"], unique=False)
    op.create_table(
        "channel_confirmations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("package_id", sa.BigInteger(), nullable=True),
        sa.Column("external_call_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "PENDING",
                "SENT",
                "CONFIRMED",
                "REJECTED",
                "FAILED",
                name="confirmationstate",
                native_enum=False,
                length=32,
            ),
            server_default="PENDING",
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["external_call_id"], ["external_calls.id"], name=op.f("fk_channel_confirmations_external_call_id")
        ),
        sa.ForeignKeyConstraint(["package_id"], ["packages.id"], name=op.f("fk_channel_confirmations_package_id")),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], name=op.f("fk_channel_confirmations_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_confirmations")),
    )
    op.create_index(
        op.f("ix_channel_confirmations_shipment_id"), "channel_confirmations", ["shipment_id"], unique=False
    )
    op.create_table(
        "labels",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("package_id", sa.BigInteger(), nullable=True),
        sa.Column("shipment_id", sa.BigInteger(), nullable=True),
        sa.Column("external_call_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "INTENT",
                "PURCHASING",
                "PURCHASED",
                "UNKNOWN",
                "FAILED",
                "VOID_REQUESTED",
                "VOIDED",
                "VOID_REJECTED",
                name="labelstate",
                native_enum=False,
                length=32,
            ),
            server_default="INTENT",
            nullable=False,
        ),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=True),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("rate_reference", sa.Text(), nullable=True),
        sa.Column("tracking_number", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("purchased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_labels_document_id")),
        sa.ForeignKeyConstraint(["external_call_id"], ["external_calls.id"], name=op.f("fk_labels_external_call_id")),
        sa.ForeignKeyConstraint(["package_id"], ["packages.id"], name=op.f("fk_labels_package_id")),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], name=op.f("fk_labels_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
    )
    op.create_index(op.f("ix_labels_package_id"), "labels", ["package_id"], unique=False)
    op.create_index(op.f("ix_labels_shipment_id"), "labels", ["shipment_id"], unique=False)
    op.create_index(
        "uq_labels_live",
        "labels",
        ["package_id"],
        unique=True,
        postgresql_where=sa.text(
            "state in ('INTENT', 'PURCHASING', 'PURCHASED', 'UNKNOWN', 'VOID_REQUESTED', 'VOID_REJECTED')"
        ),
    )
    op.create_table(
        "shipment_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("package_id", sa.BigInteger(), nullable=True),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=True),
        sa.Column("cost_returned", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_shipment_lines_quantity")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_lines.id"], name=op.f("fk_shipment_lines_order_line_id")),
        sa.ForeignKeyConstraint(["package_id"], ["packages.id"], name=op.f("fk_shipment_lines_package_id")),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], name=op.f("fk_shipment_lines_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_lines")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_index(op.f("ix_shipment_lines_order_line_id"), "shipment_lines", ["order_line_id"], unique=False)
    op.create_index(op.f("ix_shipment_lines_package_id"), "shipment_lines", ["package_id"], unique=False)
    op.create_index(op.f("ix_shipment_lines_shipment_id"), "shipment_lines", ["shipment_id"], unique=False)
    op.create_table(
        "tracking_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("package_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "DRAFT",
                "PACKED",
                "LABELLED",
                "HANDED_OVER",
                "IN_TRANSIT",
                "OUT_FOR_DELIVERY",
                "READY_FOR_PICKUP",
                "DELIVERED",
                "DELAYED",
                "EXCEPTION",
                "DELIVERY_FAILED",
                "RETURNING",
                "RETURNED_TO_SENDER",
                "LOST",
                "CANCELLED",
                name="shipmentstatus",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("raw_code", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_assumed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["package_id"], ["packages.id"], name=op.f("fk_tracking_events_package_id")),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], name=op.f("fk_tracking_events_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_events")),
    )
    op.create_index(
        "uq_tracking_events_scan",
        "tracking_events",
        ["shipment_id", "occurred_at", "raw_code", "message"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "returns",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column(
            "origin",
            sa.Enum(
                "HUB",
                "PERSON",
                "CHANNEL",
                "SUPPLIER",
                "CARRIER",
                "HELPDESK",
                name="origin",
                native_enum=False,
                length=32,
            ),
            server_default="HUB",
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "REQUESTED",
                "APPROVED",
                "DECLINED",
                "LABEL_ISSUED",
                "IN_TRANSIT",
                "PARTIALLY_RECEIVED",
                "RECEIVED",
                "INSPECTED",
                "CLOSED",
                "CANCELLED",
                "EXPIRED",
                name="returnstate",
                native_enum=False,
                length=32,
            ),
            server_default="REQUESTED",
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("label_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "resolution",
            sa.Enum("REFUND", "EXCHANGE", "NONE", name="returnresolution", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("exchange_lines", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("exchange_order_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["exchange_order_id"], ["orders.id"], name=op.f("fk_returns_exchange_order_id")),
        sa.ForeignKeyConstraint(["label_id"], ["labels.id"], name=op.f("fk_returns_label_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_returns_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
        sa.UniqueConstraint("number", name=op.f("uq_returns_number")),
    )
    op.create_index(op.f("ix_returns_order_id"), "returns", ["order_id"], unique=False)
    op.create_index("ix_returns_requested", "returns", ["requested_at", "id"], unique=False)
    op.create_index("ix_returns_state", "returns", ["state", "id"], unique=False)
    op.create_index(
        "uq_returns_external",
        "returns",
        ["order_id", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id is not null"),
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("return_id", sa.BigInteger(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column(
            "origin",
            sa.Enum(
                "HUB",
                "PERSON",
                "CHANNEL",
                "SUPPLIER",
                "CARRIER",
                "HELPDESK",
                name="origin",
                native_enum=False,
                length=32,
            ),
            server_default="HUB",
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "DRAFT", "SUBMITTED", "SUCCEEDED", "FAILED", "UNKNOWN", name="refundstate", native_enum=False, length=32
            ),
            server_default="DRAFT",
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("goodwill_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refunds_order_id")),
        sa.ForeignKeyConstraint(["return_id"], ["returns.id"], name=op.f("fk_refunds_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
    )
    op.create_index(op.f("ix_refunds_order_id"), "refunds", ["order_id"], unique=False)
    op.create_index(op.f("ix_refunds_return_id"), "refunds", ["return_id"], unique=False)
    op.create_index(
        "uq_refunds_external",
        "refunds",
        ["order_id", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id is not null"),
    )
    op.create_table(
        "return_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("return_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "CHANGED_MIND",
                "DEFECTIVE",
                "DAMAGED_IN_TRANSIT",
                "NOT_AS_DESCRIBED",
                "WRONG_ITEM",
                "TOO_LATE",
                "UNDELIVERABLE",
                "OTHER",
                name="returnreason",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refunded", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "quantity > 0 and approved between 0 and quantity and received between 0 and approved",
            name=op.f("ck_return_lines_sum"),
        ),
        sa.CheckConstraint("refunded between 0 and quantity", name=op.f("ck_return_lines_refunded")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_lines.id"], name=op.f("fk_return_lines_order_line_id")),
        sa.ForeignKeyConstraint(["return_id"], ["returns.id"], name=op.f("fk_return_lines_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_lines")),
    )
    op.create_index(op.f("ix_return_lines_order_line_id"), "return_lines", ["order_line_id"], unique=False)
    op.create_index(op.f("ix_return_lines_return_id"), "return_lines", ["return_id"], unique=False)
    op.create_table(
        "line_dispositions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("return_line_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "disposition",
            sa.Enum(
                "PENDING",
                "RESTOCK",
                "DAMAGED",
                "WRITE_OFF",
                "RETURN_TO_SUPPLIER",
                "RETURN_TO_CUSTOMER",
                "MISSING",
                name="disposition",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_line_dispositions_quantity")),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_line_dispositions_location_id")),
        sa.ForeignKeyConstraint(
            ["return_line_id"], ["return_lines.id"], name=op.f("fk_line_dispositions_return_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_dispositions")),
    )
    op.create_index(op.f("ix_line_dispositions_return_line_id"), "line_dispositions", ["return_line_id"], unique=False)
    op.create_table(
        "refund_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_lines.id"], name=op.f("fk_refund_lines_order_line_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_refund_lines_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_lines")),
    )
    op.create_index(op.f("ix_refund_lines_order_line_id"), "refund_lines", ["order_line_id"], unique=False)
    op.create_index(op.f("ix_refund_lines_refund_id"), "refund_lines", ["refund_id"], unique=False)
    op.create_table(
        "refund_payments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "DRAFT", "SUBMITTED", "SUCCEEDED", "FAILED", "UNKNOWN", name="refundstate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_refund_payments_payment_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_refund_payments_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_payments")),
    )
    op.create_index(op.f("ix_refund_payments_payment_id"), "refund_payments", ["payment_id"], unique=False)
    op.create_index(op.f("ix_refund_payments_refund_id"), "refund_payments", ["refund_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_refund_payments_refund_id"), table_name="refund_payments")
    op.drop_index(op.f("ix_refund_payments_payment_id"), table_name="refund_payments")
    op.drop_table("refund_payments")
    op.drop_index(op.f("ix_refund_lines_refund_id"), table_name="refund_lines")
    op.drop_index(op.f("ix_refund_lines_order_line_id"), table_name="refund_lines")
    op.drop_table("refund_lines")
    op.drop_index(op.f("ix_line_dispositions_return_line_id"), table_name="line_dispositions")
    op.drop_table("line_dispositions")
    op.drop_index(op.f("ix_return_lines_return_id"), table_name="return_lines")
    op.drop_index(op.f("ix_return_lines_order_line_id"), table_name="return_lines")
    op.drop_table("return_lines")
    op.drop_index("uq_refunds_external", table_name="refunds", postgresql_where=sa.text("external_id is not null"))
    op.drop_index(op.f("ix_refunds_return_id"), table_name="refunds")
    op.drop_index(op.f("ix_refunds_order_id"), table_name="refunds")
    op.drop_table("refunds")
    op.drop_index("uq_returns_external", table_name="returns", postgresql_where=sa.text("external_id is not null"))
    op.drop_index("ix_returns_state", table_name="returns")
    op.drop_index("ix_returns_requested", table_name="returns")
    op.drop_index(op.f("ix_returns_order_id"), table_name="returns")
    op.drop_table("returns")
    op.drop_index("uq_tracking_events_scan", table_name="tracking_events", postgresql_nulls_not_distinct=True)
    op.drop_table("tracking_events")
    op.drop_index(op.f("ix_shipment_lines_shipment_id"), table_name="shipment_lines")
    op.drop_index(op.f("ix_shipment_lines_package_id"), table_name="shipment_lines")
    op.drop_index(op.f("ix_shipment_lines_order_line_id"), table_name="shipment_lines")
    op.drop_table("shipment_lines")
    op.drop_index(
        "uq_labels_live",
        table_name="labels",
        postgresql_where=sa.text(
            "state in ('INTENT', 'PURCHASING', 'PURCHASED', 'UNKNOWN', 'VOID_REQUESTED', 'VOID_REJECTED')"
        ),
    )
    op.drop_index(op.f("ix_labels_shipment_id"), table_name="labels")
    op.drop_index(op.f("ix_labels_package_id"), table_name="labels")
    op.drop_table("labels")
    op.drop_index(op.f("ix_channel_confirmations_shipment_id"), table_name="channel_confirmations")
    op.drop_table("channel_confirmations")
    op.drop_index(op.f("ix_shipping_rates_shipment_id"), table_name="shipping_rates")
    op.drop_table("shipping_rates")
    op.drop_index("uq_reservations_line", table_name="reservations")
    op.drop_index("ix_reservations_order_line", table_name="reservations")
    op.drop_index("ix_reservations_level", table_name="reservations", postgresql_where=sa.text("quantity > 0"))
    op.drop_table("reservations")
    op.drop_index("uq_packages_position", table_name="packages")
    op.drop_index(op.f("ix_packages_tracking_number"), table_name="packages")
    op.drop_table("packages")
    op.drop_index(op.f("ix_documents_shipment_id"), table_name="documents")
    op.drop_index(op.f("ix_documents_purchase_order_id"), table_name="documents")
    op.drop_table("documents")
    op.drop_index("uq_shipments_external", table_name="shipments", postgresql_where=sa.text("external_id is not null"))
    op.drop_index("ix_shipments_tracking", table_name="shipments")
    op.drop_index("ix_shipments_status", table_name="shipments")
    op.drop_index("ix_shipments_shipped", table_name="shipments")
    op.drop_index(
        "ix_shipments_search",
        table_name="shipments",
        postgresql_using="gin",
        postgresql_ops={"tracking_number": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_shipments_order_id"), table_name="shipments")
    op.drop_index(op.f("ix_shipments_fulfillment_order_id"), table_name="shipments")
    op.drop_index("ix_shipments_created", table_name="shipments")
    op.drop_table("shipments")
    op.drop_index("uq_fulfillment_lines", table_name="fulfillment_lines")
    op.drop_index("ix_fulfillment_lines_order_line", table_name="fulfillment_lines")
    op.drop_table("fulfillment_lines")
    op.drop_index(op.f("ix_routing_shortages_decision_id"), table_name="routing_shortages")
    op.drop_table("routing_shortages")
    op.drop_index(op.f("ix_routing_candidates_decision_id"), table_name="routing_candidates")
    op.drop_table("routing_candidates")
    op.drop_index(op.f("ix_routing_assignments_decision_id"), table_name="routing_assignments")
    op.drop_table("routing_assignments")
    op.drop_index("uq_purchase_order_lines", table_name="purchase_order_lines")
    op.drop_index(op.f("ix_purchase_order_lines_item_id"), table_name="purchase_order_lines")
    op.drop_table("purchase_order_lines")
    op.drop_index(op.f("ix_postings_entry_id"), table_name="postings")
    op.drop_table("postings")
    op.drop_index("ix_fulfillment_orders_ship_by", table_name="fulfillment_orders")
    op.drop_index(op.f("ix_fulfillment_orders_purchase_order_id"), table_name="fulfillment_orders")
    op.drop_index(op.f("ix_fulfillment_orders_order_id"), table_name="fulfillment_orders")
    op.drop_index(
        "ix_fulfillment_orders_open",
        table_name="fulfillment_orders",
        postgresql_where=sa.text("work_state in ('SCHEDULED', 'OPEN', 'ON_HOLD', 'IN_PROGRESS')"),
    )
    op.drop_index("ix_fulfillment_orders_location", table_name="fulfillment_orders")
    op.drop_index("ix_fulfillment_orders_external", table_name="fulfillment_orders")
    op.drop_index("ix_fulfillment_orders_created", table_name="fulfillment_orders")
    op.drop_table("fulfillment_orders")
    op.drop_index("uq_supplier_offers", table_name="supplier_offers")
    op.drop_index(op.f("ix_supplier_offers_item_id"), table_name="supplier_offers")
    op.drop_table("supplier_offers")
    op.drop_index("ix_routing_decisions_order", table_name="routing_decisions")
    op.drop_table("routing_decisions")
    op.drop_index(op.f("ix_risk_assessments_order_id"), table_name="risk_assessments")
    op.drop_table("risk_assessments")
    op.drop_index(op.f("ix_purchase_orders_supplier_id"), table_name="purchase_orders")
    op.drop_index("ix_purchase_orders_state", table_name="purchase_orders")
    op.drop_table("purchase_orders")
    op.drop_index("uq_payments_reference", table_name="payments")
    op.drop_index(op.f("ix_payments_order_id"), table_name="payments")
    op.drop_table("payments")
    op.drop_index("ix_order_profits_day", table_name="order_profits")
    op.drop_table("order_profits")
    op.drop_index("uq_order_lines_position", table_name="order_lines")
    op.drop_index("ix_order_lines_unmapped", table_name="order_lines", postgresql_where=sa.text("item_id is null"))
    op.drop_index("ix_order_lines_sku", table_name="order_lines")
    op.drop_index(op.f("ix_order_lines_item_id"), table_name="order_lines")
    op.drop_index("ix_order_lines_demand", table_name="order_lines", postgresql_where=sa.text("open + backordered > 0"))
    op.drop_index(
        "ix_order_lines_bundle", table_name="order_lines", postgresql_where=sa.text("bundle_line_id is not null")
    )
    op.drop_table("order_lines")
    op.drop_index("uq_journal_entries_book_key", table_name="journal_entries")
    op.drop_index("ix_journal_entries_unvalued", table_name="journal_entries", postgresql_where=sa.text("not valued"))
    op.drop_index(
        "ix_journal_entries_unrolled", table_name="journal_entries", postgresql_where=sa.text("not rolled_up")
    )
    op.drop_index("ix_journal_entries_source", table_name="journal_entries")
    op.drop_index("ix_journal_entries_order", table_name="journal_entries")
    op.drop_index("ix_journal_entries_effective", table_name="journal_entries")
    op.drop_table("journal_entries")
    op.drop_index(
        "uq_inbox_messages",
        table_name="inbox_messages",
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("external_id is not null"),
    )
    op.drop_index(
        "ix_inbox_messages_waiting",
        table_name="inbox_messages",
        postgresql_where=sa.text("state in ('RECEIVED', 'QUARANTINED')"),
    )
    op.drop_index("ix_inbox_messages_received", table_name="inbox_messages")
    op.drop_index(op.f("ix_inbox_messages_order_id"), table_name="inbox_messages")
    op.drop_table("inbox_messages")
    op.drop_index("uq_holds_open", table_name="holds", postgresql_where=sa.text("released_at is null"))
    op.drop_index(op.f("ix_holds_order_id"), table_name="holds")
    op.drop_index("ix_holds_kind", table_name="holds", postgresql_where=sa.text("released_at is null"))
    op.drop_table("holds")
    op.drop_index("ix_external_calls_subject", table_name="external_calls")
    op.drop_index(op.f("ix_external_calls_order_id"), table_name="external_calls")
    op.drop_index(
        "ix_external_calls_open",
        table_name="external_calls",
        postgresql_where=sa.text("state in ('INTENDED', 'CALLING', 'UNKNOWN')"),
    )
    op.drop_index("ix_external_calls_created", table_name="external_calls")
    op.drop_table("external_calls")
    op.drop_index("ix_events_subject", table_name="events")
    op.drop_index("ix_events_order", table_name="events")
    op.drop_index("ix_events_occurred", table_name="events")
    op.drop_index("ix_events_name", table_name="events")
    op.drop_index("ix_events_cursor", table_name="events")
    op.drop_table("events")
    op.drop_index("uq_cases_same", table_name="cases", postgresql_where=sa.text("same_as is not null"))
    op.drop_index(op.f("ix_cases_order_id"), table_name="cases")
    op.drop_index("ix_cases_opened", table_name="cases")
    op.drop_index("ix_cases_open", table_name="cases", postgresql_where=sa.text("state = 'OPEN'"))
    op.drop_table("cases")
    op.drop_table("suppliers")
    op.drop_index("ix_stock_movements_reference", table_name="stock_movements")
    op.drop_index("ix_stock_movements_occurred", table_name="stock_movements")
    op.drop_index("ix_stock_movements_item", table_name="stock_movements")
    op.drop_table("stock_movements")
    op.drop_index("uq_stock_levels", table_name="stock_levels")
    op.drop_index("ix_stock_levels_location", table_name="stock_levels")
    op.drop_table("stock_levels")
    op.drop_index("uq_orders_external", table_name="orders", postgresql_where=sa.text("external_id is not null"))
    op.drop_index("ix_orders_updated", table_name="orders")
    op.drop_index("ix_orders_total", table_name="orders")
    op.drop_index("ix_orders_tags", table_name="orders", postgresql_using="gin")
    op.drop_index("ix_orders_status_placed", table_name="orders")
    op.drop_index("ix_orders_ship_by", table_name="orders", postgresql_where=sa.text("ship_by is not null"))
    op.drop_index(
        "ix_orders_search", table_name="orders", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}
    )
    op.drop_index("ix_orders_priority", table_name="orders")
    op.drop_index("ix_orders_placed", table_name="orders")
    op.drop_index(op.f("ix_orders_phone"), table_name="orders")
    op.drop_index(op.f("ix_orders_original_id"), table_name="orders")
    op.drop_index(
        "ix_orders_open",
        table_name="orders",
        postgresql_where=sa.text("status in ('PENDING', 'CONFIRMED', 'PROCESSING', 'CANCELLING')"),
    )
    op.drop_index("ix_orders_email", table_name="orders")
    op.drop_index(op.f("ix_orders_customer_id"), table_name="orders")
    op.drop_index("ix_orders_channel_placed", table_name="orders")
    op.drop_table("orders")
    op.drop_index("uq_listings_external", table_name="listings")
    op.drop_index("ix_listings_sku", table_name="listings")
    op.drop_index(op.f("ix_listings_item_id"), table_name="listings")
    op.drop_table("listings")
    op.drop_index(op.f("ix_customer_identities_customer_id"), table_name="customer_identities")
    op.drop_table("customer_identities")
    op.drop_index(op.f("ix_channel_locations_location_id"), table_name="channel_locations")
    op.drop_table("channel_locations")
    op.drop_index("ix_sync_runs_started", table_name="sync_runs")
    op.drop_index("ix_sync_runs_integration", table_name="sync_runs")
    op.drop_table("sync_runs")
    op.drop_table("sync_cursors")
    op.drop_table("locations")
    op.drop_index(
        "uq_jobs_same", table_name="jobs", postgresql_where=sa.text("state = 'PENDING' and same_as is not null")
    )
    op.drop_index("ix_jobs_running", table_name="jobs", postgresql_where=sa.text("state = 'RUNNING'"))
    op.drop_index("ix_jobs_due", table_name="jobs", postgresql_where=sa.text("state = 'PENDING'"))
    op.drop_table("jobs")
    op.drop_index("ix_failed_jobs_failed", table_name="failed_jobs")
    op.drop_table("failed_jobs")
    op.drop_table("channels")
    op.drop_table("item_costs")
    op.drop_index(op.f("ix_integrations_plugin_name"), table_name="integrations")
    op.drop_table("integrations")
    op.drop_index("uq_idempotency_keys", table_name="idempotency_keys")
    op.drop_index("ix_idempotency_keys_created", table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("customer_spend")
    op.drop_index("uq_bundle_components", table_name="bundle_components")
    op.drop_index(op.f("ix_bundle_components_item_id"), table_name="bundle_components")
    op.drop_table("bundle_components")
    op.drop_table("account_days")
    op.drop_table("workers")
    op.drop_table("settings")
    op.drop_table("schedules")
    op.drop_table("profit_days")
    op.drop_table("plugins")
    op.drop_table("ledger_accounts")
    op.drop_index("ix_items_tags", table_name="items", postgresql_using="gin")
    op.drop_index(
        "ix_items_search",
        table_name="items",
        postgresql_using="gin",
        postgresql_ops={"sku": "gin_trgm_ops", "name": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_items_barcode"), table_name="items")
    op.drop_table("items")
    op.drop_index("ix_item_profit_days_day", table_name="item_profit_days")
    op.drop_table("item_profit_days")
    op.drop_table("exchange_rates")
    op.drop_index(
        "ix_customers_search",
        table_name="customers",
        postgresql_using="gin",
        postgresql_ops={"email": "gin_trgm_ops", "name": "gin_trgm_ops", "phone": "gin_trgm_ops"},
    )
    op.drop_index("ix_customers_email", table_name="customers")
    op.drop_table("customers")
    op.drop_table("api_keys")
