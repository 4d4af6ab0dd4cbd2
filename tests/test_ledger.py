"""How a bullet must stand in the text: unknowns and open questions in their places."""

from __future__ import annotations

import pytest

from assistant.brief import make_item
from assistant.finding import Question
from assistant.ledger import clause

ASK = "【待补：培训对象】"


@pytest.mark.parametrize(
    ("fact", "anchor", "inline", "told"),
    [
        ("开展培训8次。", "培训8次", ASK, f"开展培训8次，{ASK}"),
        ("开展培训8次，参加32人", "培训8次", ASK, f"开展培训8次，{ASK}，参加32人"),
        ("开展培训8次、演练2次", "培训8次", ASK, f"开展培训8次（{ASK}）、演练2次"),
        ("开展培训8次以上", "培训8次", ASK, f"开展培训8次{ASK}以上"),
        ("开展培训8次、演练2次", "8次", "【待核：几次】", "开展培训8次【待核：几次】、演练2次"),
        ("走访*户、慰问2次", "", "", "走访【待补：走访户数】户、慰问2次"),
    ],
)
def test_what_is_asked_stands_after_its_words(fact: str, anchor: str, inline: str, told: str) -> None:
    item = make_item("fact", 1, fact)
    question = Question("ask/x", "？", facts=("F01",), anchor=anchor, inline=inline)
    assert clause(item, (question,)) == told
