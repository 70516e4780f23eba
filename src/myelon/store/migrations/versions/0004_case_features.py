"""What a case answers to the features that cases are compared by, beside its line in the index."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; lines of other rules are computed again when they are read."""
    op.add_column("case_index", sa.Column("features", sa.Text, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Never: a journal is not thrown away."""
    raise NotImplementedError
