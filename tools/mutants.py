"""Plant one small fault at a time in a pillar and see whether its fast tests find it.

python tools/mutants.py board --sample 200 --seed 1

The faults are cosmic-ray's (an operator, a number, a comparison, a ``not``), and three of a board's own: an argument on
the other side, a fact denied, one condition of several left out. A sample is drawn over the places of the code, not
over the operators, so that a line with many operators weighs no more than another. Each fault is first shown to the
tests that run its line (known from one run with coverage), then, where others could run it too, to every fast test of
the pillar.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

import parso
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import get_operator

ROOT = Path(__file__).parent.parent
TESTS = {
    "dose": ["tests/dose", "src/myelon/dose"],
    "assess": ["tests/assess", "src/myelon/assess", "tests/board"],
    "board": [
        "tests/board",
        "src/myelon/board",
        "tests/dose/test_cord_dose.py",
        "tests/dose/test_papers_doses.py",
        "tests/docs/test_docs.py::test_the_papers_page_is_what_the_data_says",
    ],
}
"""Pillar → its fast tests."""
USED = (
    "AddNot", "ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "NumberReplacer",
    "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop", "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_USub_UAdd",
    *(f"ReplaceComparisonOperator_{pair}" for pair in (
        "Eq_NotEq", "NotEq_Eq", "Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_GtE", "GtE_Lt", "Gt_LtE", "LtE_Gt",
        "Is_IsNot", "IsNot_Is",
    )),
    *(f"ReplaceBinaryOperator_{pair}" for pair in (
        "Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_Mul", "Pow_Mul", "BitAnd_BitOr",
    )),
)  # fmt: skip
"""cosmic-ray's operators that a person could have written by mistake, and that are not the same program again."""
LIMIT_SECONDS = 600
"""Of one run: a fault that loops for ever is found by it, and so is one on a machine that is busy; both are said."""
SLOW_LAST = """
import json, pathlib
slow = json.loads((pathlib.Path(__file__).parent / "slow.json").read_text())
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: slow.get(item.nodeid.partition("[")[0], 0.0))
"""
"""A plugin of pytest: tests that are not slow stay in their order."""
SLOW_SECONDS = 2.0
SIDES = {"for": "against", "against": "for"}


class SwapSide(Operator):
    """An argument that stands on the other side."""

    def mutation_positions(self, node: Any) -> Any:
        """Where a side is written in quotes."""
        if node.type == "string" and node.value.strip("\"'") in SIDES:
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """The other side."""
        del index
        node.value = f'"{SIDES[node.value[1:-1]]}"'
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """One."""
        return (Example('x = "for"', 'x = "against"'),)


def _call(node: Any, *names: str) -> bool:
    return node.type in {"atom_expr", "power"} and node.children[0].get_code().strip() in names


class DenyFact(Operator):
    """A condition that asks for the opposite."""

    def mutation_positions(self, node: Any) -> Any:
        """Where a fact is asked by its name."""
        if _call(node, "Is"):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Not the fact."""
        del index
        return parso.parse(f"{node.get_first_leaf().prefix}Not({node.get_code(include_prefix=False)})").children[0]

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """One."""
        return (Example('x = Is("a")', 'x = Not(Is("a"))'),)


class DropCondition(Operator):
    """A condition of several that is left out."""

    def mutation_positions(self, node: Any) -> Any:
        """Each part of All and Some that have more than one."""
        for part in self._parts(node):
            yield part.start_pos, part.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Without that part."""
        parts = self._parts(node)
        kept = ", ".join(p.get_code(include_prefix=False) for n, p in enumerate(parts) if n != index)
        prefix = node.get_first_leaf().prefix
        return parso.parse(f"{prefix}{node.children[0].get_code(include_prefix=False)}({kept})").children[0]

    @staticmethod
    def _parts(node: Any) -> list[Any]:
        if not _call(node, "All", "Some"):
            return []
        arguments = node.children[-1].children[1]
        parts = [c for c in getattr(arguments, "children", ()) if c.type != "operator"]
        return parts if arguments.type == "arglist" and len(parts) > 1 else []

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """One."""
        return (Example("x = All(a, b)", "x = All(b)"),)


class Fault(NamedTuple):
    """One planted fault."""

    path: Path
    line: int
    operator: str
    source: str

    def shown(self, root: Path = ROOT) -> tuple[str, str]:
        """The line before and after."""
        before = (root / self.path).read_text(encoding="utf-8").split("\n")
        after = self.source.split("\n")
        at = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), self.line - 1)
        return before[at].strip(), after[at].strip()


def _operators() -> dict[str, Operator]:
    kept = {name: get_operator(f"core/{name}")() for name in USED}
    return kept | {"SwapSide": SwapSide(), "DenyFact": DenyFact(), "DropCondition": DropCondition()}


def _speaks_of_types(node: Any) -> bool:
    """Whether a node stands in an annotation, a guard for the type checker, or the type parameters of a name."""
    if _for_the_type_checker(node):
        return True
    while node.parent is not None:
        kind, parent = node.type, node.parent
        if kind == "annassign":
            return True if node.children[1] is node else "=" not in node.get_code()
        if parent.type == "param" and kind == "tfpdef":
            return True
        if parent.type == "funcdef" and parent.annotation is node:
            return True
        if _for_the_type_checker(parent):
            return True
        node = parent
    return False


def _changes_nothing(node: Any) -> bool:
    """Whether a fault there is the same program: how arguments are passed, or a guard against change."""
    if node.type == "operator" and node.parent is not None and node.parent.type == "parameters":
        return True
    while node is not None:
        if node.type == "decorator":
            return True
        node = node.parent
    return False


def _for_the_type_checker(node: Any) -> bool:
    return node.type == "if_stmt" and "TYPE_CHECKING" in node.children[1].get_code()


def _every_place(path: Path) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """Position → the faults that can be planted there, as operator and occurrence."""
    tree = parso.parse((ROOT / path).read_text(encoding="utf-8"))
    places: dict[tuple[int, int], list[tuple[str, int]]] = {}
    nodes = [tree]
    order = []
    while nodes:
        node = nodes.pop()
        order.append(node)
        nodes += reversed(getattr(node, "children", []))
    for name, operator in _operators().items():
        seen = 0
        for node in order:
            for start, _ in operator.mutation_positions(node):
                if not (_speaks_of_types(node) or _changes_nothing(node)):
                    places.setdefault(start, []).append((name, seen))
                seen += 1
    return places


def drawn(pillar: str, sample: int, seed: int) -> list[Fault]:
    """A sample of faults over the places of a pillar, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    paths = sorted(p.relative_to(ROOT) for p in (ROOT / f"src/myelon/{pillar}").rglob("*.py"))
    places = [(path, at, some) for path in paths for at, some in sorted(_every_place(path).items())]
    chance.shuffle(places)
    known, faults = _operators(), []
    for path, at, some in places:
        name, occurrence = chance.choice(some)
        source = mutate_code((ROOT / path).read_text(encoding="utf-8"), known[name], occurrence)
        try:
            compile(source, str(path), "exec")
        except SyntaxError:
            continue
        faults.append(Fault(path, at[0], name, source))
        if len(faults) == sample:
            break
    return faults


def survivors(out: Path) -> list[Fault]:
    """The faults of an earlier run that no test found, planted in the code as it is now, where their line stands."""
    faults = []
    for row in map(json.loads, out.read_text(encoding="utf-8").splitlines()):
        if row["found"]:
            continue
        path = Path(row["path"])
        lines = (ROOT / path).read_text(encoding="utf-8").split("\n")
        places = [n for n, line in enumerate(lines) if line.strip() == row["before"]]
        if places:
            at = min(places, key=lambda n: abs(n + 1 - row["line"]))
            lines[at] = lines[at].replace(row["before"], row["after"])
            faults.append(Fault(path, at + 1, row.get("operator", ""), "\n".join(lines)))
    return faults


class Nearest(NamedTuple):
    """The tests that run a line, the quickest first."""

    tests: tuple[str, ...]
    every: bool
    """Whether no other can: the line runs neither at import, nor in a fixture, nor compiled."""


_UNKNOWN = Nearest((), every=False)


class Copy:
    """A copy of the project that faults are planted in."""

    def __init__(self, folder: Path) -> None:
        self.root, self.said, self.late = folder, "", False
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607  # git from the path
        for name in filter(None, listed.stdout.split("\0")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        (folder / "slow_last.py").write_text(SLOW_LAST, encoding="utf-8")
        self.slow_last({})
        reference = os.environ.get("MYELON_REFERENCE", str((ROOT / "../shared").resolve()))
        self.environment = os.environ | {
            "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "MYELON_REFERENCE": reference,
            "NUMBA_CACHE_DIR": str(folder / "numba"),
        }

    def slow_last(self, slow: dict[str, float]) -> None:
        """Put some tests, with the seconds that they take, after all others."""
        self.slow = slow
        (self.root / "slow.json").write_text(json.dumps(slow), encoding="utf-8")

    def run(self, arguments: list[str], *, coverage: bool = False) -> int:
        """The code that pytest ends with; 1 where it does not end in time."""
        start = [sys.executable, "-m"]
        if coverage:
            start += ["coverage", "run", f"--rcfile={self.root / 'coverage.ini'}", "-m"]
        command = [
            *start,
            "pytest",
            "-x",
            "-q",
            "--no-header",
            "-p",
            "no:cacheprovider",
            "-p",
            "slow_last",
            "--tb=no",
            *arguments,
        ]
        try:
            done = subprocess.run(
                command, cwd=self.root, env=self.environment, timeout=LIMIT_SECONDS * (4 if coverage else 1),
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            self.late = True
            return 1
        self.said = done.stdout + done.stderr
        return done.returncode

    def lines(self, pillar: str) -> dict[str, dict[int, Nearest]]:
        """File → line → the tests that run it, by one run with coverage; compiled loops have none.

        Raises:
            SystemExit: The tests do not pass before any fault is planted.
        """
        (self.root / "coverage.ini").write_text(
            "[run]\ndynamic_context = test_function\ndata_file = coverage.data\n", encoding="utf-8"
        )
        if self.run([*TESTS[pillar], "--durations=0"], coverage=True):
            raise SystemExit(f"the tests of {pillar} do not pass before a fault is planted:\n{self.said[-2000:]}")
        took: dict[str, float] = {}
        for seconds, test in re.findall(r"^([\d.]+)s \w+ +(\S+?)(?:\[|$)", self.said, re.MULTILINE):
            took[test] = took.get(test, 0.0) + float(seconds)
        self.slow_last({test: seconds for test, seconds in took.items() if seconds >= SLOW_SECONDS})
        from coverage import CoverageData  # noqa: PLC0415 - known only in the group mutants

        data = CoverageData(str(self.root / "coverage.data"))
        data.read()
        files = {".".join(p.relative_to(self.root).with_suffix("").parts): p for p in self.root.rglob("test_*.py")}
        found: dict[str, dict[int, Nearest]] = {}
        for measured in data.measured_files():
            if not Path(measured).is_relative_to(self.root):
                continue
            rows = {}
            for line, contexts in data.contexts_by_lineno(measured).items():
                tests = {n for c in contexts if (n := _node(c, files, self.root))}
                rows[line] = Nearest(tuple(sorted(tests, key=lambda n: (took.get(n, 0.0), n))), all(contexts))
            found[str(Path(measured).relative_to(self.root))] = rows
        return found

    def finds(self, fault: Fault, pillar: str, nearest: Nearest) -> bool:
        """Whether a test fails while the fault is planted."""
        path = self.root / fault.path
        kept = path.read_text(encoding="utf-8")
        path.write_text(fault.source, encoding="utf-8")
        self.late = False
        try:
            if nearest.tests and self.run(list(nearest.tests)):
                return True
            return bool(not nearest.every and self.run(TESTS[pillar]))
        finally:
            path.write_text(kept, encoding="utf-8")


def _node(context: str, files: dict[str, Path], root: Path) -> str | None:
    """The test's address for pytest, of coverage's name for it."""
    module, _, test = context.rpartition(".")
    path = next((p for name, p in files.items() if module and name.endswith(module)), None)
    return f"{path.relative_to(root)}::{test}" if path is not None else None


def main() -> None:
    """Draw, plant, run, say what survived."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pillar", choices=sorted(TESTS))
    parser.add_argument("--sample", type=int, default=200, help="how many faults")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other faults")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--again", type=Path, help="only what survived an earlier run, by its --out")
    parser.add_argument("--out", type=Path, help="write each fault and its end as JSON lines")
    given = parser.parse_args()
    faults = survivors(given.again) if given.again else drawn(given.pillar, given.sample, given.seed)
    if not faults:
        print(f"{given.pillar}: nothing to plant")
        return
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(given.workers) as pool:
        copies: SimpleQueue[Copy] = SimpleQueue()
        first = Copy(Path(folder) / "0")
        lines = first.lines(given.pillar)
        copies.put(first)
        for n in range(1, given.workers):
            copies.put(further := Copy(Path(folder) / str(n)))
            further.slow_last(first.slow)

        def show(fault: Fault) -> tuple[bool, bool]:
            copy = copies.get()
            try:
                nearest = lines.get(str(fault.path), {}).get(fault.line, _UNKNOWN)
                return copy.finds(fault, given.pillar, nearest), copy.late
            finally:
                copies.put(copy)

        survived = []
        for n, (fault, (found, late)) in enumerate(zip(faults, pool.map(show, faults), strict=True), 1):
            before, after = fault.shown()
            if given.out:
                row = {
                    "found": found, "path": str(fault.path), "line": fault.line, "operator": fault.operator,
                    "before": before, "after": after, "late": late,
                }  # fmt: skip
                with given.out.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")
            if not found:
                survived.append(fault)
                print(
                    f"{n:4d} survived {fault.path}:{fault.line} {fault.operator}\n     - {before}\n     + {after}",
                    flush=True,
                )
    share = 100 * (len(faults) - len(survived)) / len(faults)
    print(
        f"{given.pillar}: {len(faults) - len(survived)} of {len(faults)} faults found ({share:.1f} %), "
        f"seed {given.seed}, {time.monotonic() - started:.0f} s"
    )


if __name__ == "__main__":
    main()
