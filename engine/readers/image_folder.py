"""Pictures in a zip, in one folder for each class: a table with a picture and a class column."""

import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import ClassVar, Literal

import pyarrow as pa

from engine.errors import UnreadableFile
from engine.names import clean
from engine.readers import _zip
from engine.readers._content import head, members
from engine.readers.base import Batch, Change, Job, Places, Raw, Reader
from engine.spec import param

_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_PIECE = 500
_LAYOUT = "Put the pictures into one folder for each class (for example 'good' and 'scratched'), and pack these folders into a zip."
_SHOWN = 5


class ImageFolder(Reader):
    """A zip of pictures with one folder for each class."""

    kind: Literal["image_folder"] = "image_folder"
    title = "Pictures in a zip"
    order = 10
    extensions: ClassVar[tuple[str, ...]] = (".zip",)
    holds: ClassVar[str] = "a zip archive of pictures"

    level: Literal["", "last", "first"] = param(
        "",
        "The class is the name of",
        choices={"": "Find out", "last": "The folder a picture lies in", "first": "The outermost folder that differs"},
    )

    @classmethod
    def sniff(cls, path: Path) -> bool:
        start = head(path, 12)
        if start.startswith(b"PK"):
            return any(_is_picture(name) for name in members(path))
        return start.startswith(_STARTS[:-1]) or (start[:4] == b"RIFF" and start[8:] == b"WEBP")

    def read(self, job: Job) -> Raw:
        if not head(job.path, 4).startswith(b"PK"):
            return self._one_picture(job)
        archive = _zip.open_zip(job.path)
        found = [(member, name) for member in archive.infolist() if not member.is_dir() and not _zip.is_junk(name := _zip.name_of(member))]
        pictures = [(member, name) for member, name in found if _is_picture(name)]
        if not pictures:
            raise UnreadableFile("The zip archive holds no pictures.", _LAYOUT)
        folders = [PurePosixPath(name.replace("\\", "/")).parts[:-1] for _, name in pictures]
        changes: list[Change] = []
        if others := [name for _, name in found if not _is_picture(name)]:
            changes.append(Change(what="Files that are no pictures were left out.", count=len(others), examples=tuple(others[:_SHOWN])))
        classes = self._classes(folders, changes, optional=bool(job.known))
        names, types = (("picture", "class"), {0: "image", 1: "category"}) if classes else (("picture",), {0: "image"})
        places = Places("file")
        return Raw(names, _batches(archive, pictures, classes, job, changes, places), self, changes, types, places)  # type: ignore[arg-type]

    def _classes(self, folders: Sequence[tuple[str, ...]], changes: list[Change], optional: bool) -> list[str]:
        """The class of each picture, from its folders; nothing if there are no class folders but none are needed."""
        common = _common(folders)
        differing = [parts[common:] for parts in folders]
        if not any(differing):
            if optional:
                return []
            where = f"in one folder ('{folders[0][-1]}')" if folders[0] else "side by side"
            raise UnreadableFile(f"The zip has no class folders: all {len(folders):,} pictures lie {where}.", _LAYOUT)
        first = self.level == "first" or (not self.level and _is_first(differing))
        loose = sum(not parts for parts in differing)
        if loose > 0.5 * len(folders):
            raise UnreadableFile(f"{loose:,} of {len(folders):,} pictures lie in no class folder.", _LAYOUT)
        if loose:
            changes.append(Change(what="Pictures that lie in no class folder have no class.", count=loose))
        if ignored := sorted({"/".join(parts[1:] if first else parts[:-1]) for parts in differing} - {""}):
            said = "below" if first else "above"
            changes.append(
                Change(what=f"Folders {said} the class folders were not used.", count=len(ignored), examples=tuple(ignored[:_SHOWN]))
            )
        return [clean(parts[0 if first else -1]) if parts else "" for parts in differing]

    def _one_picture(self, job: Job) -> Raw:
        if not job.known:
            raise UnreadableFile(f"'{job.name}' is a single picture; a model needs many, of each class.", _LAYOUT)
        changes: list[Change] = []
        return Raw(("picture",), _single(job, changes), self, changes, {0: "image"})


def _is_picture(name: str) -> bool:
    from engine.readers._pictures import EXTENSIONS

    return name.lower().endswith(EXTENSIONS) and not _zip.is_junk(name)


def _common(folders: Sequence[tuple[str, ...]]) -> int:
    """How many outer folders all pictures share."""
    shortest, longest = min(folders), max(folders)
    return next((i for i, (a, b) in enumerate(zip(shortest, longest, strict=False)) if a != b), min(len(shortest), len(longest)))


def _is_first(differing: Sequence[tuple[str, ...]]) -> bool:
    """Whether the outermost folder is the class: the innermost ones are then many, with few pictures each, as one a patient or day."""
    inner = Counter(parts[-1] for parts in differing if parts)
    outer = Counter(parts[0] for parts in differing if parts)
    deep = any(len(parts) > 1 for parts in differing)
    repeated = len(set(differing)) > len(inner)
    return deep and not repeated and len(inner) > max(20, 3 * len(outer)) and len(outer) > 1


def _batches(
    archive: zipfile.ZipFile,
    pictures: Sequence[tuple[zipfile.ZipInfo, str]],
    classes: Sequence[str],
    job: Job,
    changes: list[Change],
    places: Places,
) -> Iterator[Batch]:
    from engine.readers._pictures import MOST_BYTES, Shelf

    job.folder.mkdir(parents=True, exist_ok=True)
    shelf = Shelf(job.folder)
    with archive:
        for start in range(0, len(pictures), _PIECE):
            files, labels = [], []
            for place in range(start, min(start + _PIECE, len(pictures))):
                member, name = pictures[place]
                if (kept := shelf.put(_zip.read(archive, member, MOST_BYTES), name)) is not None:
                    files.append(kept)
                    places.of.append(name)
                    labels.append(classes[place] if classes else None)
            job.tell((start + len(files)) / len(pictures))
            if files:
                yield [pa.array(files, pa.string()), pa.array(labels, pa.string())][: 2 if classes else 1]
    changes += shelf.finish()
    if not shelf.kept:
        raise UnreadableFile(
            f"None of the {len(pictures):,} pictures could be opened, the first being '{pictures[0][1]}'.", "Save them as PNG or JPEG."
        )


def _single(job: Job, changes: list[Change]) -> Iterator[Batch]:
    from engine.readers._pictures import Shelf

    job.folder.mkdir(parents=True, exist_ok=True)
    shelf = Shelf(job.folder)
    kept = shelf.put(job.path.read_bytes(), job.name)
    changes += shelf.finish()
    if kept is None:
        raise UnreadableFile(f"The picture '{job.name}' is damaged, or too small or too large.", "Save it again as PNG or JPEG.")
    yield [pa.array([kept], pa.string())]
