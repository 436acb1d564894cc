"""DICOM files of medical machines: the picture, and nothing about the person but the few tags that say what kind of picture it is."""

import hashlib
import hmac
import io
import secrets
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

Array = np.ndarray[Any, Any]

EXTENSIONS = (".dcm", ".dicom", ".ima")
_PICTURE_TAGS = """
SamplesPerPixel PhotometricInterpretation PlanarConfiguration NumberOfFrames Rows Columns BitsAllocated BitsStored HighBit
PixelRepresentation PixelPaddingValue RescaleSlope RescaleIntercept ModalityLUTSequence WindowCenter WindowWidth PixelData
FloatPixelData DoubleFloatPixelData RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor
BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData GreenPaletteColorLookupTableData
BluePaletteColorLookupTableData"""
_PICTURE = _PICTURE_TAGS.split()
_TOLD = ("Modality", "BodyPartExamined", "PatientID", "BurnedInAnnotation")


class NoPicture(Exception):
    """A DICOM file without a picture that can be shown; `coding` is the name of one that cannot be unpacked here."""

    def __init__(self, coding: str = "") -> None:
        super().__init__(coding)
        self.coding = coding


class TooLarge(Exception):
    """A picture with too many pixels, found before it was unpacked."""


@dataclass(frozen=True)
class Scan:
    """One picture: grey `values` in the machine's units, or else 8-bit `colours`; its window; and what may be told of it."""

    values: Array | None
    colours: Image.Image | None
    window: tuple[float, float] | None
    frames: int
    modality: str
    body_part: str
    patient: str
    has_text: bool


@dataclass(frozen=True)
class Pseudonyms:
    """A name for each patient that leads back to nobody who lacks the key: the workspace's, or else one thrown away after the reading."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def of(self, patient: str) -> str | None:
        """The same for the same patient; None where the file names none."""
        return "p" + hmac.new(self.key, patient.encode(), hashlib.sha256).hexdigest()[:10] if patient else None


def pseudonyms(key: str) -> Pseudonyms:
    """Those of a key of hexadecimal digits, so that a patient has one name in every file; with "" those of this reading alone."""
    return Pseudonyms(hmac.new(bytes.fromhex(key), b"patients of medical pictures", hashlib.sha256).digest()) if key else Pseudonyms()


def is_dicom(start: bytes) -> bool:
    """Whether a file begins as DICOM files do."""
    return start[128:132] == b"DICM"


def opened(data: bytes, most_pixels: int) -> Scan:
    """The first picture in the file. Raises NoPicture or TooLarge."""
    import pydicom

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tags = pydicom.dcmread(io.BytesIO(data), specific_tags=[*_PICTURE, *_TOLD])
            if int(tags.get("Rows", 0)) * int(tags.get("Columns", 0)) > most_pixels:
                raise TooLarge
            return _scan(tags)
    except (NoPicture, TooLarge):
        raise
    except Exception as error:
        raise NoPicture from error


def _scan(tags: Any) -> Scan:
    from pydicom.pixels.processing import apply_modality_lut
    from pydicom.pixels.utils import pixel_array

    _check_coding(tags)
    frames = int(tags.get("NumberOfFrames", 1) or 1)
    pixels = pixel_array(tags, index=0)
    known: dict[str, Any] = {
        "frames": frames,
        "modality": _word(tags, "Modality"),
        "body_part": _word(tags, "BodyPartExamined").lower(),
        "patient": _word(tags, "PatientID"),
        "has_text": _word(tags, "BurnedInAnnotation").upper() == "YES",
    }
    if pixels.ndim == 3 or "PALETTE" in str(tags.get("PhotometricInterpretation", "")):
        return Scan(None, _colours(pixels, tags), None, **known)
    values = np.asarray(apply_modality_lut(pixels, tags))
    window = _window(tags)
    if str(tags.PhotometricInterpretation) == "MONOCHROME1":
        ends = np.asarray(apply_modality_lut(_ends(tags), tags), np.float64).sum()
        values = ends - values
        window = (ends - window[1], ends - window[0]) if window else None
    return Scan(_without_padding(values, pixels, tags), None, window, **known)


def _check_coding(tags: Any) -> None:
    """Raises NoPicture if the file has none, or one packed in a way that cannot be unpacked here."""
    from pydicom.pixels.decoders.base import get_decoder

    if not any(name in tags for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        raise NoPicture
    coding = tags.file_meta.TransferSyntaxUID
    if not coding.is_compressed:
        return
    try:
        decoder = get_decoder(coding)
    except NotImplementedError as error:
        raise NoPicture(coding.name) from error
    if not decoder.is_available:
        raise NoPicture(coding.name)


def _colours(pixels: Array, tags: Any) -> Image.Image:
    from pydicom.pixels.processing import apply_color_lut

    if pixels.ndim == 2:
        pixels = np.asarray(apply_color_lut(pixels, tags))
    if pixels.dtype != np.uint8:
        held = 2.0 ** int(tags.BitsStored if pixels.dtype == np.uint16 and "PALETTE" not in tags.PhotometricInterpretation else 16) - 1
        pixels = np.clip(pixels / held * 255, 0, 255).round().astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(pixels[..., :3]))


def _ends(tags: Any) -> Array:
    """The least and the most that a stored pixel can be."""
    bits = int(tags.get("BitsStored", 16))
    return np.array([-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] if int(tags.get("PixelRepresentation", 0)) else [0, 2**bits - 1], np.int64)


def _without_padding(values: Array, pixels: Array, tags: Any) -> Array:
    """What the machine filled in around the picture becomes as dark as its darkest real part."""
    padding = tags.get("PixelPaddingValue")
    filled = pixels == padding if isinstance(padding, int) else np.zeros(pixels.shape, bool)
    if not filled.any() or filled.all():
        return values
    return np.where(filled, values[~filled].min(), values)


def _window(tags: Any) -> tuple[float, float] | None:
    centre, width = _first(tags.get("WindowCenter")), _first(tags.get("WindowWidth"))
    return (centre - width / 2, centre + width / 2) if centre is not None and width is not None and width >= 1 else None


def _first(value: Any) -> float | None:
    many = value if isinstance(value, (list, tuple)) or hasattr(value, "append") else [value]
    return float(many[0]) if len(many) and many[0] is not None and str(many[0]).strip() else None


def _word(tags: Any, name: str) -> str:
    return str(tags.get(name) or "").strip()
