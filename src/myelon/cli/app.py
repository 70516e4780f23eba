"""The tree of commands; every command imports what it needs when it runs, so that --help answers at once."""

from __future__ import annotations

import typer

from myelon.cli import assess, case, cohort, dose, server, store, tumours

app = typer.Typer(
    name="myelon",
    help="The open workspace of a spinal tumour board. Research and decision support; not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(case.app, name="case")
app.add_typer(assess.app, name="assess")
app.add_typer(dose.app, name="dose")
app.add_typer(cohort.app, name="cohort")
app.command("tumours")(tumours.tumours)
app.command("schema")(case.schema)
app.command("verify")(store.verify)
app.command("demo")(server.demo)
app.command("serve")(server.serve)
