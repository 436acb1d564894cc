"""What a picture's file told besides the picture: which camera, the day, the kind of file and how much was thrown away to store it.

It is kept beside the pictures, for the check that asks whether it gives the class away, and goes nowhere else. No word of a stranger's
file is kept: cameras are numbered, with their maker where it is a known one.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

FILE = "origins.json"
_MAKE, _MODEL, _DATE, _EXIF, _TAKEN = 0x010F, 0x0110, 0x0132, 0x8769, 0x9003
_HALF_QUALITY = 3688
_KNOWN = """
Apple Basler Canon Casio DJI FLIR Fujifilm GoPro Google Hasselblad HTC Huawei Keyence Kodak Leica LG Minolta Motorola Nikon Nokia Olympus
OnePlus Oppo Panasonic Pentax Phase Ricoh Samsung Sigma Sony Topcon Xiaomi Zeiss"""
_MAKERS = _KNOWN.split()


@dataclass(frozen=True)
class Origin:
    """Of one picture; "" and 0 where the file does not say. `day` is written as 2024-03-01; `quality` is that of a JPEG, 1 to 100.

    `camera` is as the file names it until it is written, and "camera 2 (Nikon)" once it is read again.
    """

    camera: str = ""
    day: str = ""
    format: str = ""
    quality: int = 0


def of(picture: Any) -> Origin:
    """Of an opened Pillow picture. Notes that are damaged say nothing."""
    try:
        notes = picture.getexif()
        taken = notes.get_ifd(_EXIF).get(_TAKEN) or notes.get(_DATE)
        camera = " ".join(str(notes.get(tag) or "").strip() for tag in (_MAKE, _MODEL)).strip()
    except Exception:
        taken, camera = None, ""
    return Origin(camera, _day(taken), str(picture.format or ""), _quality(picture))


def write(folder: Path, found: Mapping[str, Origin]) -> None:
    """Keeps what is known of the pictures in `folder`, by their file names, with a number in place of each camera's own name."""
    numbers = {camera: i + 1 for i, camera in enumerate(dict.fromkeys(origin.camera for origin in found.values() if origin.camera))}
    kept = {name: asdict(replace(origin, camera=_numbered(origin.camera, numbers))) for name, origin in found.items()}
    (folder / FILE).write_text(json.dumps(kept), "utf-8")


def read(folder: Path) -> dict[str, Origin]:
    """What is known of the pictures in `folder`; nothing of those that were read before it was kept."""
    try:
        found = json.loads((folder / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: Origin(**origin) for name, origin in found.items()}


def _numbered(camera: str, numbers: Mapping[str, int]) -> str:
    """ "camera 2", or "camera 2 (Nikon)"."""
    if not camera:
        return ""
    maker = next((maker for maker in _MAKERS if camera.casefold().startswith(maker.casefold())), "")
    return f"camera {numbers[camera]}" + (f" ({maker})" if maker else "")


def _day(value: Any) -> str:
    found = re.match(r"\s*(\d{4})[:/-](\d\d)[:/-](\d\d)", str(value or ""))
    return "-".join(found.groups()) if found and found[1] != "0000" else ""


def _quality(picture: Any) -> int:
    """As most programs count it, from how coarse the brightness is stored (the Independent JPEG Group's tables)."""
    tables = getattr(picture, "quantization", None)
    if not tables or 0 not in tables:
        return 0
    scale: float = 100 * sum(tables[0]) / _HALF_QUALITY
    return round(max(1.0, min(100.0, (200 - scale) / 2 if scale <= 100 else 5000 / scale)))
