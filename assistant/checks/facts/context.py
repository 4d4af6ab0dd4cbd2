"""What the fact checks look things up in, and the walk over sentences with their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from assistant.brief import Brief, Item
from assistant.document import Document, Part, Sentence
from assistant.evidence import PolicySpan
from assistant.finding import Finding, Question, Severity
from assistant.values import Value


@dataclass(frozen=True, slots=True)
class FactContext:
    """``titles`` are document titles (with 《》) that may be named without a fact; ``styles`` the passages of
    past summaries that the model was shown; ``questions`` the single open questions, some of which stand in the text."""

    brief: Brief
    policies: Mapping[str, PolicySpan] = field(default_factory=dict)
    titles: frozenset[str] = frozenset()
    styles: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def asked(self) -> frozenset[str]:
        """The blanks that our own questions put into the text."""
        return frozenset(q.inline for q in self.questions if q.inline)

    def holds(self, value: Value) -> bool:
        """The material has this value, wherever."""
        return any(value.key == known.key for i in self.brief.ledger for known in i.values)

    def items(self, sentence: Sentence) -> list[Item]:
        ids = set(sentence.facts)
        return [i for i in self.brief.ledger if i.id in ids]

    def policy_text(self, sentence: Sentence) -> str:
        return "".join(
            self.policies[p].text + self.policies[p].title for p in sentence.policies if p in self.policies
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence and where it stands: paragraph (block) number and offset of its first character there."""

    sentence: Sentence
    paragraph: int
    offset: int
    part: Part | None

    def finding(self, rule: str, severity: Severity, message: str, start: int, end: int) -> Finding:
        quote = self.sentence.text[start:end]
        facts = tuple(self.sentence.facts)
        return Finding(
            rule,
            severity,
            message,
            self.paragraph,
            self.offset + start,
            self.offset + end,
            quote,
            None,
            facts,
        )

    def whole(self, rule: str, severity: Severity, message: str) -> Finding:
        return self.finding(rule, severity, message, 0, len(self.sentence.text))


def places(document: Document) -> Iterator[Place]:
    """Every traced sentence of the document in order."""
    for number, block in enumerate(document.blocks):
        offset = 0
        for sentence in block.sentences:
            yield Place(sentence, number, offset, block.part)
            offset += len(sentence.text)
