"""The sentence that stands under every page, report and export."""

INTENDED_USE = (
    "Research and decision support for professionals: shows inputs, rule, source and alternatives, never decides. "
    "Not a medical device. Dose figures need a medical physicist's review."
)
