"""Synthetic briefs for the batch benchmarks: invented units with different facts, figures and problems.

Every unit draws its own facts from templates with its own figures; the same number and seed give the same briefs.
"""

from __future__ import annotations

import random
from pathlib import Path

_TRADES = [
    "水利",
    "林业",
    "统计",
    "民政",
    "司法",
    "财政",
    "教育",
    "交通",
    "商务",
    "文旅",
    "卫健",
    "审计",
    "医保",
    "信访",
    "粮储",
    "气象",
    "档案",
    "科技",
    "体育",
    "住建",
    "应急",
    "农业农村",
]
_PLACES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
_FACTS = [
    "组织党组理论学习中心组集中学习{a}次，开展专题研讨{b}次",
    "落实“第一议题”制度，党组会议学习习近平总书记重要讲话精神{a}次",
    "举办读书班{b}期{c}天",
    "班子成员讲党课{a}次，党支部书记讲党课{c}次",
    "召开党建工作专题会议{b}次，研究党建事项{a}项",
    "与{a}个党支部书记签订党建工作责任书{a}份",
    "指导{b}个党支部按期换届",
    "发展党员{b}名，确定入党积极分子{a}名",
    "组织主题党日活动{a}次，参加党员{d}人次",
    "开展{trade}业务练兵{b}场，参加{d}人次",
    "办理群众诉求{d}件，办结{d0}件",
    "党员干部联系困难群众{c}户，上门走访{d}人次",
    "开展廉政谈话{c}人次，制定《{trade}领域廉政风险防控清单》",
    "排查廉政风险点{c}个，修订制度{b}项",
    "组建{trade}党员突击队{b}支，参加应急处置{a}次",
    "开展谈心谈话{c}人次",
    "召开警示教育会{b}次，观看警示教育片{a}场次",
    "争取{trade}项目资金{d}万元，建成项目{b}个",
    "报送工作信息{c}篇，被采用{a}篇",
    "开展意识形态风险排查{b}次，整改问题{a}个",
    "选派{b}名干部驻村，协调帮扶资金{a}万元",
    "与{b}个社区党组织开展共建活动{a}次",
    "组织干部参加网络培训{d}人次，人均{c}学时",
    "走访{trade}服务对象{c}家，收集意见{a}条",
    "开展民主评议党员，参评党员{d}名",
    "清理规范{trade}审批事项{a}项，压减材料{c}份",
]
_PROBLEMS = [
    "部分党支部主题党日形式单一，党员参与积极性不高", "少数党支部书记抓支部工作经验不足", "{trade}干部年龄偏大，{b}个站所青年干部不足",
    "理论学习联系{trade}工作不够紧密，学用转化不足", "党建信息报送不及时，上半年被退回{b}次", "个别党支部会议记录不规范，抽查发现问题{a}个",
    "离退休党员居住分散，有{b}名长期无法参加组织生活", "{trade}窗口服务意识不强，收到投诉{b}件",
]  # fmt: skip
_PLANS = [
    "每个党支部至少组织{b}次现场主题党日", "举办党支部书记培训班{b}期，安排老书记结对辅导", "从新招录干部中选配{b}名充实{trade}站所",
    "结合{trade}重点项目开展专题学习{a}次", "明确信息员{a}名，每月调度一次", "对党支部会议记录逐个复查，{m}月底前整改到位",
    "为行动不便的老党员送学上门，每人不少于{b}次", "设立{trade}党员服务岗{b}个，公开办理时限",
]  # fmt: skip


def make_briefs(folder: Path, count: int, *, seed: int = 7, facts: int = 12) -> list[Path]:
    """Writes ``count`` YAML briefs into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    return [_write(folder, n, rng, facts) for n in range(count)]


def make_sisters(folder: Path, count: int, *, seed: int = 7, facts: int = 14) -> list[Path]:
    """The hard case for twins: ``count`` bureaus of one trade that did the same things, each with figures of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    out: list[Path] = []
    for n in range(count):
        unit = f"示例{_PLACES[n % len(_PLACES)]}{'东南西北中'[n // len(_PLACES)]}县水利局"
        lines = [*_head(unit), "facts:", *(f'  - "{_fill(t, "水利", rng)}"' for t in _FACTS[:facts])]
        lines += ["problems:", *(f'  - "{_fill(t, "水利", rng)}"' for t in _PROBLEMS[:3])]
        lines += ["plans:", *(f'  - "{_fill(t, "水利", rng)}"' for t in _PLANS[:3])]
        out.append(folder / f"{n:05d}-{unit}.yaml")
        out[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    return out


def _head(unit: str) -> list[str]:
    return [
        "kind: party-building-summary", f"organization: {unit}", "body: 党组", "recipient: 县直机关工委",
        "period: 2025-H1", "date: 2025-07-04", "length: 2500",
    ]  # fmt: skip


def _write(folder: Path, number: int, rng: random.Random, facts: int) -> Path:
    trade = _TRADES[number % len(_TRADES)]
    place = _PLACES[number // len(_TRADES) % len(_PLACES)]
    unit = f"示例{place}县{trade}局" + (f"{number // 484}分局" if number >= 484 else "")
    lines = [*_head(unit), "facts:"]
    picked = rng.sample(range(len(_PROBLEMS)), 3)
    lines += [f'  - "{_fill(t, trade, rng)}"' for t in rng.sample(_FACTS, min(facts, len(_FACTS)))]
    lines += ["problems:", *(f'  - "{_fill(_PROBLEMS[i], trade, rng)}"' for i in picked)]
    lines += ["plans:", *(f'  - "{_fill(_PLANS[i], trade, rng)}"' for i in picked)]
    path = folder / f"{number:05d}-{unit}.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _fill(template: str, trade: str, rng: random.Random) -> str:
    d = rng.randint(60, 900)
    values = {
        "a": rng.randint(3, 15),
        "b": rng.randint(1, 4),
        "c": rng.randint(10, 60),
        "d": d,
        "d0": d - rng.randint(0, 9),
    }
    return template.format(trade=trade, m=rng.randint(8, 12), **values)
