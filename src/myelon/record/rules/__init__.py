"""The rules that look for findings, by theme. `RULES` is a visible list: each is a function of case and timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.record.rules import anatomy, pathology, person, statements, times, treatment

if TYPE_CHECKING:
    from myelon.record.finding import Rule

RULES: tuple[Rule, ...] = (
    times.time_contradicts_itself,
    times.order_runs_in_a_circle,
    times.anchor_point_not_said,
    times.interval_against_dates,
    times.switched_off_assumption_cannot_hold,
    person.subjects_disagree,
    person.age_is_not_that_of_the_birth,
    person.event_before_birth,
    person.sex_against_an_organ,
    treatment.unit_is_suspect,
    treatment.schedule_does_not_add_up,
    treatment.given_without_a_phase,
    treatment.cumulative_dose_is_watched,
    treatment.negative_is_contradicted,
    treatment.event_is_no_ctcae_term,
    pathology.marker_is_both,
    pathology.entity_is_not_supported,
    pathology.parent_is_no_tumour,
    pathology.corners_differ,
    pathology.grade_without_edition,
    anatomy.extent_differs_by_feature,
    anatomy.vertebra_is_no_cord_segment,
    anatomy.organ_by_level,
    statements.number_does_not_fit_its_unit,
    statements.count_is_exceeded,
    statements.statements_disagree,
    statements.sphincters_denied_and_described,
    statements.same_onset_twice,
    statements.percent_is_not_its_fraction,
    statements.percent_is_no_count,
    statements.stage_against_tnm,
    statements.stage_is_dated,
)
