"""The case index, made anew from the journal at any time, and the import batches."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; the store fills the index when it opens an older database."""
    op.create_table(
        "case_index",
        sa.Column("case_id", sa.String(64), primary_key=True),
        sa.Column("first_seq", sa.Integer, nullable=False),
        sa.Column("last_seq", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("nature", sa.String(20), nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("tumour", sa.Text, nullable=False),
        sa.Column("levels", sa.Text, nullable=False),
        sa.Column("courses", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("findings", sa.Integer, nullable=False),
        sa.Column("unresolved", sa.Integer, nullable=False),
        sa.Column("dangers", sa.Text, nullable=False),
        sa.Column("gaps", sa.Integer, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("rules", sa.String(16), nullable=False),
    )
    op.create_index("ix_case_index_removed_first_seq", "case_index", ["removed", "first_seq"])
    op.create_index("ix_case_index_removed_last_seq", "case_index", ["removed", "last_seq"])
    op.create_table(
        "import_batch",
        sa.Column("batch", sa.String(16), primary_key=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("undone_at", sa.String(40), nullable=False),
    )
    op.create_table(
        "import_batch_case",
        sa.Column("batch", sa.String(16), primary_key=True),
        sa.Column("case_id", sa.String(64), primary_key=True),
        sa.Column("before", sa.Integer, nullable=False),
        sa.Column("after", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Never: a journal is not thrown away."""
    raise NotImplementedError
