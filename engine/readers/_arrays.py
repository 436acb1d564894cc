"""NumPy's file format, read by its header first: what is in there, how large, and never anything that could run code."""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.lib import format as npy

from engine.errors import UnreadableFile
from engine.readers.base import check_size

MOST_BYTES = 2**30
_DAMAGED = "The NumPy file is damaged or not complete."
_AGAIN = "Save it again with numpy.save or numpy.savez and upload the new file."
ERRORS = (
    ValueError,
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    SyntaxError,
    TypeError,
    LookupError,
    ArithmeticError,
    TokenError,
)


@dataclass(frozen=True)
class Head:
    """An array as its header describes it; `member` is its place in an .npz, "" in an .npy."""

    name: str
    shape: tuple[int, ...]
    dtype: "np.dtype[Any]"
    member: str = ""

    @property
    def rows(self) -> int:
        return self.shape[0] if self.shape else 0

    @property
    def width(self) -> int:
        """How many columns it gives."""
        return len(self.dtype.names or ()) or (self.shape[1] if len(self.shape) == 2 else 1)

    @property
    def size(self) -> str:
        """Its shape in words: "150 x 4"."""
        return " x ".join(map(str, self.shape)) or "one value"


def heads(path: Path) -> list[Head]:
    """What the file holds, without reading the values. Raises UnreadableFile."""
    try:
        with path.open("rb") as file:
            if file.read(1) == b"\x93":
                file.seek(0)
                return [_head(file, "", "")]
        with zipfile.ZipFile(path) as archive:
            return [_head_in(archive, member) for member in archive.infolist() if member.filename.endswith(".npy")]
    except ERRORS as error:
        raise UnreadableFile(_DAMAGED, _AGAIN) from error


def load(path: Path, head: Head) -> "np.ndarray[Any, Any]":
    """The array's values. Raises UnreadableFile if it is larger than can be worked with, or holds anything but plain values."""
    if head.dtype.hasobject:
        raise UnreadableFile(
            f"The array '{head.name}' holds Python objects, which could run a program when they are opened.",
            "Save it as plain numbers or text (for example with array.astype(str)) and upload it again.",
        )
    count = 1
    for length in head.shape:
        count *= length
    if count * head.dtype.itemsize > MOST_BYTES:
        raise UnreadableFile(
            f"The array '{head.name}' ({head.size}) is larger than 1 GB.", "Leave out rows or columns, or save it as Parquet."
        )
    check_size(head.width, head.rows)
    try:
        if not head.member:
            return cast("np.ndarray[Any, Any]", np.load(path, mmap_mode="r" if count else None, allow_pickle=False))
        with zipfile.ZipFile(path) as archive, archive.open(head.member) as file:
            return cast("np.ndarray[Any, Any]", npy.read_array(cast("Any", file), allow_pickle=False))
    except ERRORS as error:
        raise UnreadableFile(_DAMAGED, _AGAIN) from error


def texts(values: "np.ndarray[Any, Any]") -> pa.Array:
    """One column's values as the text that says them exactly; null where there is none."""
    kind = values.dtype.kind
    if kind == "S":
        return pa.array([value.decode("utf-8", "replace") for value in values.tolist()], pa.string())
    if kind == "U":
        return pa.array([value.encode("utf-8", "replace").decode() for value in values.tolist()], pa.string())
    if kind == "M":
        return pa.array(values.astype("datetime64[us]")).cast(pa.string())
    if kind == "m":
        days = values / np.timedelta64(1, "D")
        return texts(np.asarray(days, np.float64))
    native = np.ascontiguousarray(values, values.dtype.newbyteorder("="))
    if native.dtype == np.float16 or native.dtype.itemsize > 8:
        native = native.astype(np.float32 if native.dtype == np.float16 else np.float64)
    column = pa.array(native)
    if kind == "f":
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    return column.cast(pa.string())


def is_plain(dtype: "np.dtype[Any]") -> bool:
    """Whether values of that type fit into a column."""
    return dtype.kind in "biufSUMm" and dtype.shape == ()


def _head_in(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Head:
    with archive.open(member) as file:
        return _head(cast("BinaryIO", file), member.filename.removesuffix(".npy"), member.filename)


def _head(file: BinaryIO, name: str, member: str) -> Head:
    version = npy.read_magic(file)
    shape, _, dtype = npy.read_array_header_1_0(file) if version == (1, 0) else npy.read_array_header_2_0(file)
    if any(length < 0 for length in shape):
        raise ValueError("a negative length")
    if version == (3, 0) and dtype.names:
        dtype.names = tuple(field.encode("latin-1").decode("utf-8") for field in dtype.names)
    return Head(name, tuple(shape), dtype, member)
