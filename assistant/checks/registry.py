"""Which mechanisms there are, and the rules read from knowledge/rules/.

In: the shipped rule files and a user's folder over them. Out: a ``RuleSet``. Any file that cannot be read, any rule
that makes no sense, is a ``KnowledgeError`` with its line: never silently fewer rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import resources
from assistant.catalogue import Catalogue
from assistant.catalogue.nodes import Fields, KnowledgeProblem, read_nodes
from assistant.checks.kinds import KINDS
from assistant.checks.rule import Pattern, Rule, read_rule
from assistant.checks.scan import Scanner
from assistant.compiled import compiled, no_collection
from assistant.errors import KnowledgeError

if TYPE_CHECKING:
    import yaml

__all__ = ["KINDS", "RuleSet", "load_rules", "problems_of"]
_KEYS = {"rules", "profile", "about"}


class RuleSet:
    """Rules in the order of their files; ``digest`` is over the content of the files. Scanners are kept by catalogue."""

    def __init__(self, rules: tuple[Rule, ...], digest: str = "") -> None:
        self.rules, self.digest = rules, digest
        self._by_id = {r.id: r for r in rules}
        self._scanners: dict[str, Scanner[Pattern]] = {}

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def get(self, id: str) -> Rule | None:
        """The rule of an id, or of the id of a finding (wording/canonical.sense3 belongs to wording/canonical)."""
        return self._by_id.get(id) or self._by_id.get(id.split(".")[0])

    def only(self, *ids: str) -> RuleSet:
        """A set of some of the rules, for tests and for repair."""
        return RuleSet(tuple(r for r in self.rules if r.id in ids), self.digest)

    def patterns(self, catalogue: Catalogue) -> Iterator[Pattern]:
        for rule in self.rules:
            make = KINDS[rule.kind].patterns
            if make is not None:
                yield from make(rule, catalogue)

    def scanner(self, catalogue: Catalogue) -> Scanner[Pattern]:
        if catalogue.digest not in self._scanners:
            self._scanners[catalogue.digest] = Scanner(self.patterns(catalogue))
        return self._scanners[catalogue.digest]


def load_rules(overlay: Path | None = None) -> RuleSet:
    """The shipped rules with a user's folder over them; a rule of the same id in the user's folder replaces ours."""
    return _load(resources.stamp(resources.each("knowledge", "rules/*.yaml", overlay)))


def problems_of(overlay: Path | None = None) -> tuple[KnowledgeProblem, ...]:
    """Everything wrong in the rule files, for ``rules validate``."""
    paths = [str(p) for p in resources.each("knowledge", "rules/*.yaml", overlay)]
    return tuple(_collect(paths)[2])


@lru_cache(maxsize=4)
def _load(stamp: tuple[tuple[str, int, int], ...]) -> RuleSet:
    paths = [path for path, _, _ in stamp]
    return RuleSet(*compiled("rules", map(Path, paths), lambda: _read(paths)))


def _read(paths: list[str]) -> tuple[tuple[Rule, ...], str]:
    with no_collection():
        rules, digest, problems = _collect(paths)
    if problems:
        first = min(problems, key=lambda p: (p.path, p.line))
        raise KnowledgeError(first.message, path=first.path, line=first.line or None)
    return tuple(rules), digest


def _collect(paths: list[str]) -> tuple[list[Rule], str, list[KnowledgeProblem]]:
    rules: dict[str, Rule] = {}
    problems: list[KnowledgeProblem] = []
    digest = hashlib.sha256()
    for path in map(Path, paths):
        try:
            raw = path.read_bytes()
        except OSError as exc:
            problems.append(KnowledgeProblem(str(path), 0, f"规则文件读不出来：{exc.strerror or exc}"))
            continue
        digest.update(raw)
        for node in _nodes(path, raw, problems):
            _add(rules, read_rule(node, path, KINDS, problems), problems)
    return list(rules.values()), digest.hexdigest()[:16], problems


def _nodes(path: Path, raw: bytes, problems: list[KnowledgeProblem]) -> tuple[yaml.Node, ...]:
    root = read_nodes(path, raw, problems)
    if root is None:
        return ()
    return Fields(path, root, _KEYS, problems).items("rules")


def _add(rules: dict[str, Rule], rule: Rule | None, problems: list[KnowledgeProblem]) -> None:
    if rule is None:
        return
    held = rules.get(rule.id)
    if held is not None and Path(held.path).parent == Path(rule.path).parent:
        problems.append(KnowledgeProblem(rule.path, rule.line, f"规则 {rule.id} 写了两次，请删去一个或改名"))
    rules[rule.id] = rule
