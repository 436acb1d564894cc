"""Pictures, medical files and zips, sound and hostile ones, made from scratch."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGLSLossless

from tests.engine.uploads import Read, packed, saved

Array = np.ndarray[Any, Any]
Files = list[tuple[str, bytes]]

REFUSED, FIXED, WARNED, ASKED = "R", "F", "W", "Q"


@dataclass(frozen=True)
class Case:
    """`id` as in the catalogue; `words` are in the refusal, a line of the report, or the question; `holds`: what else is so."""

    id: str
    verdict: str
    make: Callable[[], bytes]
    words: str
    name: str = "pictures.zip"
    holds: Callable[[Read], bool] = lambda found: True

    def __str__(self) -> str:
        return f"{self.id}-{self.verdict}"


def soft(seed: int, width: int = 32, height: int = 32) -> Image.Image:
    """A picture of soft patches of colour, as photographs are, unlike any with another seed."""
    patches = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize((width, height), Image.Resampling.BICUBIC)


def photo(seed: int, format: str = "PNG", **how: Any) -> bytes:
    return saved(soft(seed), format, **how)


@cache
def folders(*names: str, each: int = 12, inside: str = "") -> tuple[tuple[str, bytes], ...]:
    """Soft pictures in one folder for each class."""
    return tuple((f"{inside}{name}/{i}.png", photo(1000 * k + i)) for k, name in enumerate(names) for i in range(each))


def beside(*files: tuple[str, bytes], each: int = 12) -> bytes:
    """A zip with two sound classes and these files."""
    return packed([*folders("a", "b", each=each), *files])


def png_of(width: int, height: int, depth: int = 8, colour: int = 0, rows: bytes = b"", extra: bytes = b"") -> bytes:
    """A PNG file put together by hand; `rows` with their filter bytes."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def deep(top: int = 4095, side: int = 32, seed: int = 0) -> bytes:
    """A PNG of 16 bits that uses the shades from 0 to `top`."""
    values = np.asarray(soft(seed, side, side).convert("F"))
    spread = (values - values.min()) / (values.max() - values.min()) * top
    return saved(Image.fromarray(spread.round().astype(np.uint16)))


def scan(values: Array, patient: str = "Doe-4711", window: tuple[float, float] | None = None, **tags: Any) -> bytes:
    """A DICOM file with these stored values (rows, columns) or (rows, columns, 3), full of names."""
    data = pydicom.Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.2")
    data.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.4.5")
    data.PatientName, data.PatientID, data.PatientBirthDate = "Secret^Name", patient, "19620304"
    data.InstitutionName, data.StudyDescription = "Secret Hospital", "Secret study"
    data.Modality, data.BodyPartExamined = "CT", "CHEST"
    data.Rows, data.Columns = values.shape[:2]
    data.SamplesPerPixel = 3 if values.ndim == 3 else 1
    data.PhotometricInterpretation = "RGB" if values.ndim == 3 else "MONOCHROME2"
    if values.ndim == 3:
        data.PlanarConfiguration = 0
    bits = values.dtype.itemsize * 8
    data.BitsAllocated, data.BitsStored, data.HighBit = bits, bits, bits - 1
    data.PixelRepresentation = int(values.dtype.kind == "i")
    data.PixelData = values.tobytes() + b"\0" * (values.nbytes % 2)
    if window:
        data.WindowCenter, data.WindowWidth = (window[0] + window[1]) / 2, window[1] - window[0]
    for name, value in tags.items():
        setattr(data, name, value)
    out = io.BytesIO()
    data.save_as(out, enforce_file_format=True)
    return out.getvalue()


def undecodable() -> bytes:
    """A DICOM file packed as JPEG-LS."""
    data = pydicom.dcmread(io.BytesIO(scan(shades(0))))
    data.file_meta.TransferSyntaxUID = JPEGLSLossless
    data.PixelData = encapsulate([b"\xff\xd8\xff\xf7" + b"\0" * 60])
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    out = io.BytesIO()
    data.save_as(out, enforce_file_format=True)
    return out.getvalue()


def shades(seed: int, low: int = 0, high: int = 1000, dtype: Any = np.uint16) -> Array:
    """Soft grey values from low to high."""
    values = np.asarray(soft(seed).convert("F"), np.float64)
    spread = (values - values.min()) / (values.max() - values.min())
    return (low + spread * (high - low)).round().astype(dtype)


def with_member(name: str, data: bytes = b"x", **known: Any) -> bytes:
    """A zip with two sound classes and one member whose entry has these properties."""
    out = io.BytesIO(beside())
    with zipfile.ZipFile(out, "a") as archive:
        member = zipfile.ZipInfo(name)
        for key, value in known.items():
            setattr(member, key, value)
        archive.writestr(member, data)
    return out.getvalue()


def protected() -> bytes:
    """A zip whose members say that they need a password."""
    whole = bytearray(beside())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := whole.find(mark, at + 1)) >= 0:
            whole[at + place] |= 1
    return bytes(whole)


def in_letters(names: Iterable[str], letters: str) -> bytes:
    """A zip with a folder of pictures for each name, written in old letters that the zip does not name."""
    plain: dict[bytes, bytes] = {}
    files: Files = []
    for k, name in enumerate(names):
        raw = name.encode(letters)
        stand_in = bytes([65 + k]) * len(raw)
        plain[stand_in] = raw
        files += [(f"{stand_in.decode()}/{i:04d}.png", photo(1000 * k + i)) for i in range(12)]
    whole = packed(files)
    for stand_in, raw in plain.items():
        for i in range(12):
            ending = f"/{i:04d}.png".encode()
            whole = whole.replace(stand_in + ending, raw + ending)
    return whole


def overlapping() -> bytes:
    """A zip of two members of which the second one's data are the first one's (as in Fifield's zip bomb)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a/1.png", photo(1))
        archive.writestr("b/2.png", photo(1))
    whole = bytearray(out.getvalue())
    second = whole.rfind(b"PK\x01\x02")
    whole[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(whole)


def lying() -> bytes:
    """A zip of pictures whose entries say they are shorter than they are."""
    whole = bytearray(packed([("a/1.png", photo(1)), ("b/2.png", photo(2))]))
    at = -1
    while (at := whole.find(b"PK\x01\x02", at + 1)) >= 0:
        whole[at + 24 : at + 28] = struct.pack("<I", 40)
    return bytes(whole)


def table(names: Sequence[str], answers: Sequence[str] = ("ill", "well")) -> bytes:
    """A CSV that names pictures."""
    rows = (f"{name},{20 + i % 7},{answers[i % len(answers)]}" for i, name in enumerate(names))
    return "\n".join(["file,age,answer", *rows, ""]).encode()
