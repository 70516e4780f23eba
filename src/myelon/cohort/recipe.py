"""An analysis as a document: who, which endpoint, which groups, which tests. The same recipe gives the same numbers.

schema: myelon.recipe/1
title: Survival by number of involved regions
select: |
  neoplasm where compartment has intramedullary
endpoint: overall-survival
by: region_group
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from myelon.cohort.endpoints import Choice, endpoint
from myelon.cohort.kaplan_meier import Interval
from myelon.cohort.logrank import Method
from myelon.cohort.query import parse_query
from myelon.cohort.table_one import Summary
from myelon.cohort.variables import variable
from myelon.errors import TableError
from myelon.record.base import Part
from myelon.record.document import checked, dump_document, read_document


class Recipe(Part):
    """What to compute."""

    schema_: Literal["myelon.recipe/1"] = Field(default="myelon.recipe/1", alias="schema")
    title: str
    select: str = Field(default="", description="a query; every patient where it is empty")
    possible: bool = Field(default=False, description="whether patients who only may meet the query are taken in")
    endpoint: str = "overall-survival"
    lost: Literal["censored", "left out"] = "censored"
    times: Choice = Field(default="midpoint", description="how windows of time are read")
    unit: Literal["day", "week", "month", "year"] = "month"
    by: str = Field(default="", description="variable that splits the patients")
    landmark: float | None = Field(
        default=None, gt=0, description="only who is still observed then; the clock starts there"
    )
    horizon: float | None = Field(default=None, gt=0, description="of the restricted mean")
    interval: Interval = "log-log"
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    tests: tuple[Method, ...] = ("logrank", "gehan-breslow")
    table_one: tuple[str, ...] = ()
    summary: Summary = "mean"
    rates: tuple[str, ...] = Field(default=(), description="variables whose shares are shown with exact limits")
    model: tuple[str, ...] = Field(default=(), description="covariates of a Cox model")
    ties: Literal["efron", "breslow", "exact"] = "efron"

    @field_validator("table_one", "model", "rates")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            variable(name)
        return names

    @field_validator("tests")
    @classmethod
    def _weighted(cls, names: tuple[Method, ...]) -> tuple[Method, ...]:
        if "fleming-harrington" in names:
            raise TableError(
                "fleming-harrington needs its weights", todo="Use `myelon cohort test` with --rho and --gamma"
            )
        return names

    @field_validator("rates")
    @classmethod
    def _categories(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if variable(name).kind == "number":
                raise TableError(f"{name} is a number", todo="A share is of a category, such as symptom_orr")
        return names

    @field_validator("by")
    @classmethod
    def _splits(cls, name: str) -> str:
        if name and variable(name).kind == "number":
            raise TableError(f"{name} is a number", todo="Choose a variable with few values, such as age_group")
        return name


def read_recipe(text: str, *, where: str = "recipe") -> Recipe:
    """Read a recipe in YAML.

    Raises:
        TableError: Not YAML, an endpoint or query that cannot be read.
        CaseError: A field that does not exist, or does not take its value.
    """
    document = read_document(text, where=where, error=TableError)
    if not isinstance(document, dict):
        raise TableError("not a recipe", where=where, todo="It must be a mapping with a title and an endpoint")
    recipe = checked(Recipe, document, where=where)
    parse_query(recipe.select)
    endpoint(recipe.endpoint)
    return recipe


def write_recipe(recipe: Recipe) -> str:
    """The recipe as YAML, without what is left as it was."""
    values = recipe.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return dump_document({"schema": "myelon.recipe/1", **values})
