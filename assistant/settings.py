"""Settings: ZHIBI_… environment, the usual OPENAI_… names, zhibi.toml, then defaults. Default network: none."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.errors import InputError

EMBEDDED = "embedded"


class Price(BaseModel):
    """What a million tokens cost, in the user's own currency (模型价目，每百万 token)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0, description="输入单价")
    output: float = Field(ge=0, description="输出单价")
    cached: float | None = Field(None, ge=0, description="命中前缀缓存的输入单价；不填按输入单价")


class Settings(BaseSettings):
    """One flat set; every field can be set as ``ZHIBI_<NAME>`` or as a key of zhibi.toml."""

    model_config = SettingsConfigDict(
        env_prefix="ZHIBI_", toml_file="zhibi.toml", extra="forbid", populate_by_name=True
    )

    model: str = EMBEDDED
    plan_model: str = ""
    judge_model: str = ""
    embed_model: str = ""
    base_url: str = Field("", validation_alias=AliasChoices("base_url", "ZHIBI_BASE_URL", "OPENAI_BASE_URL"))
    api_key: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("api_key", "ZHIBI_API_KEY", "OPENAI_API_KEY")
    )
    allow_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="允许发往的主机（host 或 host:port，环境变量中用逗号分隔）；本机地址不需要列出"
    )
    mask: bool = Field(
        False, description="发给外部模型前把人名、单位、地名、电话、证件号换成代号，回来再换回"
    )
    fresh: bool = Field(False, description="不用以前存下的模型回复，全部重新请求")
    prices: dict[str, Price] = Field(
        default_factory=dict, description="各模型每百万 token 的单价，用来折算费用"
    )
    timeout: float = Field(120.0, gt=0, description="seconds for one reply")
    max_retries: int = Field(4, ge=0, le=20)
    concurrency: int = Field(8, ge=1, le=256)
    requests_per_minute: int = Field(0, ge=0, description="0: no limit")
    tokens_per_minute: int = Field(0, ge=0, description="0: no limit")
    temperature: float = Field(0.3, ge=0, le=2)
    max_tokens: int = Field(4096, ge=64)
    repair_rounds: int = Field(2, ge=0, le=5)
    workspace: Path = Field(default_factory=lambda: _default_workspace())
    slots: bool = Field(False, description="严格填空：数字、日期、名称由程序填入，适合小模型")
    house_style: str = Field(
        "", description="过去总结的文件夹，学其写法；off 不学；空：学资料库里本单位的总结"
    )
    overlay: Path | None = Field(None, description="the user's own folder with knowledge/ and prompts/")
    index_url: str = Field("", description="a Chroma server; empty: a folder in the workspace")

    @field_validator("allow_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(
            part.strip(" []\"'") for part in value.replace("，", ",").split(",") if part.strip(" []\"'")
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def embedded(self) -> bool:
        return self.model == EMBEDDED


def _default_workspace() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("zhibi", appauthor=False))


def load_settings(**overrides: Any) -> Settings:
    """Settings with the command line's values first; InputError names the wrong key in Chinese."""
    given = {k: v for k, v in overrides.items() if v is not None}
    try:
        return Settings(**given)
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(p) for p in first["loc"])
        if first["type"] == "extra_forbidden":
            raise InputError(f"设置中没有 {key} 这一项，请检查 zhibi.toml 的拼写") from None
        raise InputError(
            f"设置 {key} 的值不对（{first['msg']}），请检查 zhibi.toml 或环境变量 ZHIBI_{key.upper()}"
        ) from None
    except tomllib.TOMLDecodeError as exc:
        raise InputError(f"zhibi.toml 不是有效的 TOML：{exc}") from None
    except OSError as exc:
        raise InputError(f"设置文件读不出来：{exc.strerror or exc}") from None


def offline(settings: Settings) -> bool:
    """True where no endpoint is configured: nothing can leave the machine."""
    return (
        settings.embedded
        and not settings.embed_model
        and not os.environ.get("ZHIBI_INDEX_URL", settings.index_url)
    )
