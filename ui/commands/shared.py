"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

Mask = Annotated[bool, typer.Option("--mask", help="发给外部模型前把人名、单位等换成代号，回来再换回")]
Slots = Annotated[bool, typer.Option("--slots", help="严格填空，适合小模型：数字、日期、名称由程序填入")]
