"""Picture files without what hides in them: camera, place, comments, previews and whatever hangs on behind the picture."""

import struct

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_PARTS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"pHYs", b"sBIT"}
_ALONE = {0x01, *range(0xD0, 0xD8)}


def jpeg(data: bytes) -> bytes | None:
    """The JPEG with nothing but its picture, its colours' meaning and its size; the picture is not touched. None if it is built oddly."""
    kept, at = [data[:2]], 2
    while at + 2 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker == 0xD9:
            return b"".join([*kept, b"\xff\xd9"])
        elif marker in _ALONE:
            at += 2
        else:
            end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            kept.append(_segment(marker, data[at:end]))
            at = end
            if marker == 0xDA:
                at = _end_of_scan(data, end)
                kept.append(data[end:at])
    return None


def png(data: bytes) -> bytes | None:
    """The PNG with nothing but its picture and its colours' meaning. None if it is built oddly."""
    kept, at = [data[:8]], 8
    while data.startswith(_PNG) and at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        name, end = data[at + 4 : at + 8], at + 12 + length
        if name in _PNG_PARTS:
            kept.append(data[at:end])
        if name == b"IEND":
            return b"".join(kept)
        at = end
    return None


def _segment(marker: int, segment: bytes) -> bytes:
    """The segment, or nothing if it is not needed to see the picture."""
    if marker == 0xE0:
        return _without_preview(segment) if segment[4:9] == b"JFIF\0" else b""
    if marker == 0xE2:
        return segment if segment[4:15] == b"ICC_PROFILE" else b""
    return b"" if 0xE1 <= marker <= 0xEF and marker != 0xEE or marker == 0xFE else segment


def _without_preview(segment: bytes) -> bytes:
    return segment[:2] + (16).to_bytes(2, "big") + segment[4:16] + b"\0\0" if len(segment) > 18 else segment


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the next marker stands behind the coded picture; in it, FF is followed by 00 or a restart mark."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        elif data[at + 1] == 0xFF:
            at += 1
        else:
            return at
    return len(data)
