"""Where the words of a sentence end, as the general dictionary cuts it: asked for a few places, never for a whole text."""

from __future__ import annotations

_AROUND = 8  # characters on each side that decide where the words of the sentence end


def stands_apart(text: str, start: int, end: int) -> bool:
    """Whether no word of the sentence reaches from these characters over their ends, as 学习 does from 习已为常 in
    学习|已|为|常态; one whose part within is a word itself does not (记录薄 in 会议记录|薄)."""
    return not any(
        (at < start or end < stop) and not _is_word(text[max(at, start) : min(stop, end)], end - start)
        for at, stop in words_within(text, start, end)
    )


def _is_word(part: str, whole: int) -> bool:
    """Whether a part of so many characters, not all of them, is a word of two or more."""
    import rjieba

    return 1 < len(part) < whole and bool(rjieba.has_word(part))


def words_within(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The words that have a part of these characters, by their bounds."""
    import rjieba

    at, found = max(0, start - _AROUND), []
    for word in rjieba.cut(text[at : end + _AROUND], False):
        stop = at + len(word)
        if at < end and start < stop:
            found.append((at, stop))
        at = stop
    return found
