"""How long an instrument, every instrument on a case, and its options take."""

from clock import median_seconds
from myelon.assess import INSTRUMENTS, Patient
from myelon.board.facts import Situation
from myelon.board.options import deliberate
from myelon.board.packet import prepare
from myelon.demo.hospital import CASES, demo_case
from myelon.record.timeline import solve

TIMES = 200


def _one(chosen, answers):
    """Milliseconds of one evaluation."""

    def many():
        for _ in range(TIMES):
            chosen.evaluate(answers)

    return 1e3 * median_seconds(many) / TIMES


def report():
    """The table of the section."""
    empty = {i.id: _one(i, {}) for i in INSTRUMENTS}
    slowest = max(empty, key=empty.get)
    full = {
        i.id: _one(i, {item.key: item.domain[0] for item in i.items if item.domain is not None})
        for i in INSTRUMENTS
        if all(item.domain is not None for item in i.items)
    }
    last = max(full, key=full.get)
    whole, options = {}, {}
    for case_id in CASES:
        case = demo_case(case_id)
        timeline, packet = solve(case), prepare(case)
        whole[case_id] = 1e3 * median_seconds(
            lambda case=case, timeline=timeline: [i.from_case(Patient(case, timeline)) for i in INSTRUMENTS]
        )
        options[case_id] = 1e3 * median_seconds(lambda packet=packet: deliberate(Situation(packet)))
    heaviest, longest = max(whole, key=whole.get), max(options, key=options.get)
    return [
        f"The slowest of each. Every one of the {len(INSTRUMENTS)} instruments, each alone; the cases of the demonstration "
        "hospital with their times solved. Targets: an instrument 1 ms, the whole assessment of a case 50 ms.",
        "",
        "| task | slowest | milliseconds | median of all |",
        "| --- | --- | ---: | ---: |",
        f"| an instrument, every item answered | {last} | {full[last]:.3f} | {sorted(full.values())[len(full) // 2]:.3f} |",
        f"| an instrument, nothing answered: what is still possible | {slowest} | {empty[slowest]:.3f} | "
        f"{sorted(empty.values())[len(empty) // 2]:.3f} |",
        f"| all instruments on a case | {heaviest} | {whole[heaviest]:.1f} | {sorted(whole.values())[len(whole) // 2]:.1f} |",
        f"| options of a case: rules, evidence, tasks | {longest} | {options[longest]:.1f} | "
        f"{sorted(options.values())[len(options) // 2]:.1f} |",
    ]
