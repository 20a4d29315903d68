"""What the words of a class say of a figure, read as a reader does."""

import re

_NUMBER = r"(\d[\d,\u202f]*)"
# Words, whether each end belongs to the class.
_FORMS = (
    (rf"plus de {_NUMBER} à moins de {_NUMBER}", False, False),
    (rf"plus de {_NUMBER} à {_NUMBER}", False, True),
    (rf"de {_NUMBER} à moins de {_NUMBER}", True, False),
    (rf"de {_NUMBER} à {_NUMBER}", True, True),
    (rf"()moins de {_NUMBER}", False, False),
    (rf"(){_NUMBER}(?: \S+)* ou moins", False, True),
    (rf"plus de {_NUMBER}()", False, False),
    (rf"{_NUMBER}(?: \S+)* ou plus()", True, False),
)


def ends_of(words):
    """Lowest and highest figures of a class, and whether each belongs to it."""
    for form, first, last in _FORMS:
        found = re.search(form, words)
        if found:
            low, high = (
                float(end.replace(",", ".").replace("\u202f", "")) if end else None
                for end in found.groups()
            )
            return (
                float("-inf") if low is None else low, first,
                float("inf") if high is None else high, last,
            )  # fmt: skip
    raise ValueError(words)


def holds(words, shown):
    """Whether a figure, as it is shown, is in the class that the words describe."""
    low, first, high, last = ends_of(words)
    return (low < shown or (first and low == shown)) and (shown < high or (last and shown == high))
