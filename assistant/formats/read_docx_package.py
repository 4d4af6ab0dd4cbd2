"""The zip container of a .docx: parts are read within limits, and XML with a DTD is refused.

In: the bytes of a file nobody vouches for. Out: parsed XML parts. Every fault is a ``DocumentError``.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import struct
import zipfile
import zlib
from dataclasses import dataclass
from xml.etree import ElementTree

from assistant.errors import DocumentError

OLE_MAGIC = b"\xd0\xcf\x11\xe0"
ZIP_MAGIC = b"PK\x03\x04"
MAX_TOTAL = 200 * 2**20
MAX_PART = 64 * 2**20
MAX_PARTS = 20_000
MAX_RATIO = 300  # deflate of real Word XML stays under 100
MAX_ELEMENTS = 3_000_000
_RATIO_FLOOR = 2**20  # small parts may be highly repetitive

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    RuntimeError,  # a password is wanted, or the compression is unknown (NotImplementedError)
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class Package:
    """An opened container; ``path`` is for messages only."""

    archive: zipfile.ZipFile
    path: str

    def part(self, name: str) -> ElementTree.Element | None:
        """The parsed part, or None when the container has none of that name."""
        try:
            info = self.archive.getinfo(name)
        except KeyError:
            return None
        return self._parse(name, self._read(info))

    def document_name(self) -> str:
        """The main part as the package's relationships give it."""
        root = self.part("_rels/.rels")
        for relation in root.iter(_REL) if root is not None else ():
            if relation.get("Type", "").endswith("/officeDocument"):
                return posixpath.normpath(relation.get("Target", "").lstrip("/"))
        return "word/document.xml"

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        if info.flag_bits & 1:
            raise DocumentError("文件加了密，请先在 Word 或 WPS 里取消密码再试", path=self.path)
        if info.file_size > MAX_PART or _is_bomb(info.file_size, info.compress_size):
            raise DocumentError("文件解开后大得不正常，为安全起见不予打开", path=self.path)
        try:
            with self.archive.open(info) as stream:
                data = stream.read(MAX_PART + 1)
        except _BROKEN as error:
            raise DocumentError(
                "文件已损坏或不完整，请用 Word 或 WPS 打开后另存一份再试", path=self.path
            ) from error
        if len(data) > MAX_PART:
            raise DocumentError("文件解开后大得不正常，为安全起见不予打开", path=self.path)
        return data

    def _parse(self, name: str, data: bytes) -> ElementTree.Element:
        plain = data.replace(b"\0", b"")  # so that a declaration in UTF-16 is seen as well
        if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
            raise DocumentError(
                "文件里夹带了实体定义，不是正常的 Word 文档，为安全起见不予打开", path=self.path
            )
        if plain.count(b"<") > MAX_ELEMENTS:
            raise DocumentError("文件解开后大得不正常，为安全起见不予打开", path=self.path)
        try:
            return ElementTree.fromstring(data.replace(_STRICT, W.encode()))  # noqa: S314  DTDs are refused above
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            message = f"文件内部的 {posixpath.basename(name)} 已损坏，请用 Word 或 WPS 打开后另存一份再试"
            raise DocumentError(message, path=self.path) from error


def open_package(data: bytes, path: str) -> Package:
    """Open the container; says what the file really is when it is no .docx."""
    if data.startswith(OLE_MAGIC):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise DocumentError("文件加了打开密码，请先在 Word 或 WPS 里取消密码再试", path=path)
        raise DocumentError("文件其实是旧版 .doc 格式，请在 Word 或 WPS 里另存为 .docx 再试", path=path)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except _BROKEN as error:
        raise DocumentError("文件不是 Word 文档，或者已损坏、没有下载完整", path=path) from error
    if len(infos) > MAX_PARTS or sum(i.file_size for i in infos) > MAX_TOTAL:
        raise DocumentError("文件解开后大得不正常，为安全起见不予打开", path=path)
    return Package(archive, path)


def _is_bomb(size: int, packed: int) -> bool:
    return size > _RATIO_FLOOR and size > MAX_RATIO * max(packed, 1)
