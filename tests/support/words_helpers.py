"""Words that no sentence of ours uses."""

import re

#: As whole words; names from the calendar and from sources are exempt.
FORBIDDEN = (
    "will",
    "expected to hit",
    "confidence interval",
    "confidence",
    "significant",
    "significantly",
    "accurate",
    "accurately",
    "prove",
    "proves",
    "proved",
    "impact",
    "impacts",
    "drove",
    "caused",
    "worked",
    "surge",
    "surges",
    "wave",
    "waves",
    "flood",
    "crisis",
    "illegals",
    "migrants",
    "error bars",
    "ground truth",
    "outlook",
    "record low",
)
_FORBIDDEN = re.compile(r"\b(" + "|".join(re.escape(word) for word in FORBIDDEN) + r")\b", re.IGNORECASE)


def forbidden_words(text, exempt=()):
    """Return the forbidden words in a text; names in `exempt` are taken out first."""
    for name in sorted(exempt, key=len, reverse=True):
        if name:
            text = text.replace(name, " ")
    return [match.lower() for match in _FORBIDDEN.findall(text)]
