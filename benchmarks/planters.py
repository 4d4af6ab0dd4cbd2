"""Faults to plant in clean texts, a function for each class: every place where one could stand.

In: a clean text with its profile and day. Out: ``Planted`` values; nothing is checked here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.catalogue import Catalogue
from assistant.checks.profile import Profile
from assistant.document import Block, Document
from assistant.text import ordinal

NEAR = 6  # blocks on each side of the one that is changed that belong to its surroundings
COMMON = "大上下中来时个为到要就他会可也你对生能而子那得于着自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实"


@dataclass(frozen=True, slots=True)
class Clean:
    document: Document
    profile: Profile
    day: date


@dataclass(frozen=True, slots=True)
class Planted:
    """``document`` with one fault between ``start`` and ``end`` of ``block``."""

    kind: str
    clean: Clean
    document: Document
    block: int
    start: int
    end: int
    note: str


Planter = Callable[[Clean, Catalogue, random.Random], Iterator[Planted]]


def _changed(clean: Clean, i: int, start: int, end: int, text: str, note: str) -> Planted:
    """``text`` put in place of ``[start:end]`` of block ``i``."""
    old = clean.document.blocks[i]
    new = replace(old, text=old.text[:start] + text + old.text[end:])
    blocks = (*clean.document.blocks[:i], new, *clean.document.blocks[i + 1 :])
    shown = new.text[max(0, start - 12) : start + len(text) + 12]
    return Planted(
        "", clean, Document(blocks, clean.document.path), i, start, start + len(text), f"{note}：{shown}"
    )


def _bodies(clean: Clean) -> Iterator[tuple[int, Block]]:
    garbled = re.compile("[\ufffd锛銆]")
    for i, block in enumerate(clean.document.blocks):
        if block.role == "body" and len(block.text) > 20 and not garbled.search(block.text):
            yield i, block


def _lists(clean: Clean, catalogue: Catalogue) -> Iterator[tuple[int, int, list[str]]]:
    """Complete lists of members where they stand: block, offset, members as written."""
    for entry in catalogue.formulations:
        if len(entry.members) < 3 or not entry.ordered or (entry.introduced and clean.day < entry.introduced):
            continue
        members = [m.strip("“”") for m in entry.members]
        pattern = re.compile("、".join(f"“?{re.escape(m)}”?" for m in members))
        for i, block in _bodies(clean):
            for m in pattern.finditer(block.text):
                yield i, m.start(), m.group().split("、")


def member_dropped(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    for i, at, members in _lists(clean, catalogue):
        k = rng.randrange(len(members))
        whole = "、".join(members)
        rest = "、".join(members[:k] + members[k + 1 :])
        yield _changed(clean, i, at, at + len(whole), rest, f"漏{members[k]}")


def member_swapped(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    for i, at, members in _lists(clean, catalogue):
        k = rng.randrange(len(members) - 1)
        moved = [*members[:k], members[k + 1], members[k], *members[k + 2 :]]
        whole = "、".join(members)
        yield _changed(clean, i, at, at + len(whole), "、".join(moved), f"换{members[k]}")


def _formulations(clean: Clean, catalogue: Catalogue) -> Iterator[tuple[int, int, str]]:
    skip = {"常用政策语句", "地方品牌与平台"}
    for entry in catalogue.formulations:
        if (
            entry.category in skip
            or entry.confidence == "low"
            or (entry.introduced and clean.day < entry.introduced)
        ):
            continue
        for piece in re.findall("[\u4e00-\u9fff]{6,}", entry.text):
            for i, block in _bodies(clean):
                for m in re.finditer(re.escape(piece), block.text):
                    yield i, m.start(), piece


def char_changed(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    for i, at, text in _formulations(clean, catalogue):
        k = rng.randrange(len(text))
        other = rng.choice([c for c in COMMON if c != text[k]])
        yield _changed(clean, i, at + k, at + k + 1, other, f"{text}之{text[k]}")


def char_lost(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    for i, at, text in _formulations(clean, catalogue):
        k = rng.randrange(1, len(text) - 1)
        if text[k] not in text[k - 1 : k] and text[k] != text[k + 1]:
            yield _changed(clean, i, at + k, at + k + 1, "", f"{text}漏{text[k]}")


def variant(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    """A wrong wording of the catalogue as a sentence of its own."""
    bad = [
        (e.id, t)
        for e in catalogue.formulations
        for t in e.bad
        if not any(v.applies_after and clean.day <= v.applies_after for v in e.variants)
        and not (e.introduced and clean.day < e.introduced)
    ]
    places = list(_bodies(clean))
    for id, text in rng.sample(bad, min(len(bad), 12)):
        i, block = rng.choice(places)
        if block.text.endswith("。"):
            yield _changed(clean, i, len(block.text), len(block.text), text.rstrip("。") + "。", id)


def number_repeated(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    yield from _numbers(clean, -1)


def number_skipped(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    yield from _numbers(clean, 1)


def _numbers(clean: Clean, by: int) -> Iterator[Planted]:
    numerals = [ordinal(n) for n in range(10)]
    for i, block in enumerate(clean.document.blocks):
        m = re.match(r"（([二三四五六七八])）|([二三四五六七八])、", block.text)
        if block.level and m:
            n = numerals.index(m[1] or m[2])
            at = m.start(1 if m[1] else 2)
            before = "（" + numerals[n - 1] + "）" if m[1] else numerals[n - 1] + "、"
            near = clean.document.blocks[max(0, i - NEAR) : i]
            if any(b.text.startswith(before) for b in near):
                yield _changed(clean, i, at, at + 1, numerals[n + by], "序号")


def item_number(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    for i, block in _bodies(clean):
        for m in re.finditer("(?<=[。；])([二三四])是(?!否)", block.text):
            before = {"二": "一是", "三": "二是", "四": "三是"}[m[1]]
            if before in block.text[: m.start()]:
                other = {"二": "三", "三": rng.choice("二四"), "四": rng.choice("三五")}[m[1]]
                yield _changed(clean, i, m.start(), m.start() + 1, other, "一是二是")


def foreign_unit(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    """The unit's own name for itself replaced by another type's."""
    own = {
        "bureau": ["我局", "全局"],
        "school": ["我校", "全校"],
        "township": ["我镇", "全镇"],
        "company": ["我公司"],
        "subdistrict": ["我街道"],
    }
    follow = {
        "我局": "我局",
        "我校": "我校",
        "我镇": "我镇",
        "我公司": "我公司",
        "全校师生": "全校师生",
        "局机关": "局机关",
        "我院医护人员": "我院医护人员",
        "我村": "我村",
        "公司党委": "公司党委",
    }
    types = {
        "我局": "bureau",
        "局机关": "bureau",
        "我校": "school",
        "全校师生": "school",
        "我镇": "township",
        "我公司": "company",
        "公司党委": "company",
        "我院医护人员": "hospital",
        "我村": "village",
    }
    unit = clean.profile.unit
    if unit not in own:
        return
    near = {"township": {"village", "subdistrict"}, "subdistrict": {"township", "village"}}.get(unit, set())
    for i, block in _bodies(clean):
        for m in re.finditer("(?<=。)(?=[\u4e00-\u9fff])", block.text):
            word = rng.choice([w for w in follow if types[w] != unit and types[w] not in near])
            yield _changed(clean, i, m.start(), m.start(), f"{word}认真抓好落实。", word)


def wrong_body(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    other = {"党组": "党委", "党委": "党组", "党总支": "党委", "党工委": "党组"}.get(clean.profile.body)
    if not other or not clean.profile.organization:
        return
    for i, block in _bodies(clean):
        for m in re.finditer(f"(?:局|校|镇|公司){clean.profile.body}(?![织（])", block.text):
            yield _changed(clean, i, m.start() + 1, m.end(), other, clean.profile.body)


def old_year(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    """The year of the period, in the title, a heading or the text, turned into the one before."""
    period = clean.profile.period
    if period is None or not clean.profile.kind:
        return
    year = str(period.start.year)
    for i, block in enumerate(clean.document.blocks):
        for m in re.finditer(f"{year}年", block.text):
            inside = block.text.rfind("《", 0, m.start()) > block.text.rfind("》", 0, m.start())
            if block.role in ("body", "heading") and not inside:
                yield _changed(clean, i, m.start(), m.start() + 4, str(int(year) - 1), "旧年份")
    for i, block in _bodies(clean):
        for m in list(re.finditer("(?<=。)(?=[\u4e00-\u9fff])", block.text))[:3]:
            if block.part == "achievements":
                old = int(year) - rng.choice((1, 2))
                said = rng.choice(
                    [
                        "{y}年，各支部召开组织生活会2次。",
                        "{y}年上半年组织集中学习4次。",
                        "{y}年全年开展志愿服务9次。",
                    ]
                )
                yield _changed(clean, i, m.start(), m.start(), said.format(y=old), "旧年份句")


def anachronism(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    """Wording that came up later than the text."""
    later = [
        m
        for m in catalogue.milestones
        if clean.day + timedelta(days=5) < m.earliest and m.earliest.year < 2030
    ]
    later = [m for m in later if m.confidence == "high" and re.fullmatch("[\u4e00-\u9fff]+", m.pattern)]
    places = list(_bodies(clean))
    for stone in rng.sample(later, min(len(later), 6)):
        i, block = rng.choice(places)
        if stone.pattern not in clean.document.text and block.text.endswith("。"):
            text = f"认真学习贯彻{stone.pattern}，抓好落实。"
            yield _changed(clean, i, len(block.text), len(block.text), text, stone.id)


def superseded(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    """Wording that had been replaced before the text's date."""
    old = [
        (date(2023, 6, 28), "学习贯彻习近平总书记关于党的建设的重要论述。"),
        (date(2017, 10, 24), "深入推进反腐倡廉建设。"),
        (date(2022, 10, 16), "深入学习宣传贯彻党的十九大精神。"),
        (date(2016, 10, 27), "紧密团结在以习近平同志为总书记的党中央周围。"),
        (date(2021, 7, 1), "为决胜全面建成小康社会而奋斗。"),
        (date(2020, 10, 29), "推进全面建成小康社会、全面深化改革。"),
        (date(2017, 10, 24), "坚持党要管党、从严治党。"),
    ]
    places = list(_bodies(clean))
    for day, text in old:
        i, block = rng.choice(places)
        if clean.day > day and block.text.endswith("。") and text not in block.text:
            yield _changed(clean, i, len(block.text), len(block.text), text, text)


def unclosed(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    for i, block in _bodies(clean):
        if block.text.count("“") != block.text.count("”"):
            continue
        for m in re.finditer("[”》）]", block.text):
            if rng.random() < 0.2:
                start = max(block.text.rfind(c, 0, m.start()) for c in "“《（")
                planted = _changed(clean, i, m.start(), m.end(), "", f"漏{m.group()}")
                yield replace(planted, start=max(start, 0))


def copied(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    places = list(_bodies(clean))
    for i, block in places:
        first = re.match("[^。《“]{18,60}。", block.text)
        j = i + rng.choice((1, 2, 3))
        target = dict(places).get(j)
        if first and target is not None and target.text.endswith("。") and "习近平" not in first.group():
            yield _changed(clean, j, len(target.text), len(target.text), first.group(), "照抄")


def half_width(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    pairs = {"，": ",", "；": ";", "：": ":"}
    for i, block in _bodies(clean):
        for m in re.finditer("(?<=[\u4e00-\u9fff])[，；：](?=[\u4e00-\u9fff])", block.text):
            if rng.random() < 0.05:
                yield _changed(clean, i, m.start(), m.end(), pairs[m.group()], "半角")


def stray_space(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    for i, block in _bodies(clean):
        for m in re.finditer(r"(?<=[\u4e00-\u9fff])(?=\d)|(?<=[。，；])(?=[\u4e00-\u9fff])", block.text):
            if rng.random() < 0.05:
                yield _changed(clean, i, m.start(), m.start(), " ", "空格")


def doubled(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    for i, block in _bodies(clean):
        for m in re.finditer("[，、；]", block.text):
            if rng.random() < 0.02:
                yield _changed(clean, i, m.start(), m.end(), m.group() * 2, "标点重复")


def masked(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    for i, block in _bodies(clean):
        for m in re.finditer(r"\d+(?=[次名期份个项万元])", block.text):
            yield _changed(clean, i, m.start(), m.end(), rng.choice(["*", "XX", "××", "【待补】"]), "占位")


def wrong_char(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    """A word of the list of slips, wrong way round, where the right one stands."""
    slips = {
        "部署": "布署",
        "贯彻": "惯彻",
        "弘扬": "宏扬",
        "截至": "截止",
        "作出": "做出",
        "以身作则": "以身做则",
        "蓝图": "兰图",
        "坚定不移": "坚定不疑",
        "反映": "反应",
        "调查研究": "调研研究",
        "奢靡": "奢糜",
        "意识形态": "意识型态",
        "再接再厉": "再接再励",
        "因地制宜": "因地治宜",
        "震慑": "震摄",
        "监督执纪": "执纪监督",
    }
    del slips["监督执纪"]
    follow = {
        "截至": r"(?=\d|目前)",
        "作出": "(?=的?(?:重要|重大)?(?:决策|部署|决定|指示|批示|安排|承诺|贡献|规定|要求))",
        "反映": "(?=情况|问题|诉求|意见)",
    }
    for right, wrong in slips.items():
        for i, block in _bodies(clean):
            for m in re.finditer(right + follow.get(right, ""), block.text):
                if rng.random() < 0.3:
                    yield _changed(clean, i, m.start(), m.end(), wrong, right)


def wrong_title(clean: Clean, catalogue: Catalogue, rng: random.Random) -> Iterator[Planted]:
    """A document's title with a small word gone or added, or one of its known wrong forms."""
    wrong = [(d, w) for d in catalogue.documents for w in d.wrong_titles if d.confidence != "low"]
    cut = [
        (d, d.title.strip("《》").replace("的", "", 1))
        for d in catalogue.documents
        if "的" in d.title and len(d.title) > 12
    ]
    places = list(_bodies(clean))
    for entry, title in rng.sample(wrong, min(6, len(wrong))) + rng.sample(cut, min(3, len(cut))):
        i, block = rng.choice(places)
        if block.text.endswith("。"):
            text = f"组织学习《{title}》。"
            yield _changed(clean, i, len(block.text), len(block.text), text, entry.id)


PLANTERS: dict[str, Planter] = {
    f.__name__: f
    for f in (
        member_dropped,
        member_swapped,
        char_changed,
        char_lost,
        variant,
        number_repeated,
        number_skipped,
        item_number,
        foreign_unit,
        wrong_body,
        old_year,
        anachronism,
        superseded,
        unclosed,
        copied,
        half_width,
        stray_space,
        doubled,
        masked,
        wrong_char,
        wrong_title,
    )
}
