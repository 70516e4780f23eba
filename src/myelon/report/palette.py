"""The colours of the visual language, light theme; in a page each becomes its CSS variable and so follows the theme."""

PAPER, SUNK = "#fbfbf9", "#f1f2ef"
INK, INK2, INK3 = "#16202a", "#414d59", "#5d6974"
RULE, RULE2 = "#d3d8d9", "#7f8992"
ACCENT, ATINT = "#0b5f73", "#d3e6e9"
FAIL, FLAG = "#a3201a", "#855600"

VARIABLES = {
    PAPER: "var(--paper)",
    SUNK: "var(--sunk)",
    INK: "var(--ink)",
    INK2: "var(--ink2)",
    INK3: "var(--ink3)",
    RULE: "var(--rule)",
    RULE2: "var(--rule2)",
    ACCENT: "var(--accent)",
    ATINT: "var(--atint)",
    FAIL: "var(--fail)",
    FLAG: "var(--flag)",
}
"""Hex → CSS variable."""

ISODOSES = (
    (20.0, "#7cc4f0", "0.1 4", 2.0),
    (40.0, "#4fe0c0", "5 4", 2.0),
    (50.0, "#fff04a", "", 2.8),
    (70.0, "#ffa62b", "10 5", 2.0),
    (85.0, "#ff6b57", "", 2.0),
)
"""EQD2 in Gy, colour, dash pattern, width (LANGUAGE §5)."""
