"""Pictures in a zip, with what is known of each: a table with a picture column and its class, or the columns of a table beside them."""

import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar, Literal

import pyarrow as pa

from engine.doubts import Choice, Doubt
from engine.errors import UnreadableFile
from engine.names import mend
from engine.readers import _layout, _named, _zip, _zip_names
from engine.readers._content import head
from engine.readers.base import Change, Job, Places, Raw, Reader, renamed
from engine.spec import param

if TYPE_CHECKING:
    from engine.readers._layout import Layout
    from engine.readers._pictures import Shelf

_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_OTHER_KINDS = {"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"}
_HEAD, _LOOKED_INTO = 132, 20
_PIECE = 500
_SHOWN = 5

Member = tuple[zipfile.ZipInfo, str]


class ImageFolder(Reader):
    """A zip of pictures: with a folder for each class, a table that names the pictures, or classes in their names."""

    kind: Literal["image_folder"] = "image_folder"
    title = "Pictures in a zip"
    order = 10
    extensions: ClassVar[tuple[str, ...]] = (".zip",)
    holds: ClassVar[str] = "a zip archive of pictures"

    layout: Literal["", "folders", "table", "names", "none"] = param(
        "",
        "What a picture shows is said by",
        choices={
            "": "Find out",
            "folders": "The folder it lies in",
            "table": "A table in the zip",
            "names": "Its file name",
            "none": "Nothing",
        },
    )
    level: Literal["", "last", "first"] = param(
        "",
        "The class is the name of",
        choices={"": "Find out", "last": "The folder a picture lies in", "first": "The outermost folder that differs"},
    )
    part: Literal["", "words", "first", "second", "third", "last"] = param(
        "", "In a file name, the class is", choices={"": "Find out", **_named.PARTS}, advanced=True
    )
    table: str = param("", "Table in the zip", help="The name of the table that names the pictures; empty means find out.", advanced=True)
    window: Literal["", "file", "none"] = param(
        "",
        "Medical pictures",
        help="Medical files can say between which values they are to be looked at.",
        choices={"": "Find out", "file": "Are seen as each file says", "none": "Are all seen alike"},
        advanced=True,
    )
    letters: Literal["", "utf-8", "cp932", "gb18030", "big5", "cp949", "cp437", "cp1252", "cp1251", "cp866"] = param(
        "",
        "Letters of names in the zip",
        help="Matters only where the zip does not say it.",
        choices={"": "Find out", **_zip_names.LETTERS},
        advanced=True,
    )

    @classmethod
    def sniff(cls, path: Path) -> bool:
        start = head(path, _HEAD)
        if start.startswith(b"PK"):
            return _holds_pictures(path)
        return start.startswith(_STARTS[:-1]) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP") or start[128:132] == b"DICM"

    def read(self, job: Job) -> Raw:
        from engine.readers import _dicom
        from engine.readers._pictures import Shelf

        job.folder.mkdir(parents=True, exist_ok=True)
        shelf = Shelf(job.folder, self.window != "none", _dicom.pseudonyms(job.key))
        if not head(job.path, 4).startswith(b"PK"):
            return self._one_picture(job, shelf)
        with _zip.open_zip(job.path) as archive:
            listing = _zip.listed(archive, self.letters)
            pictures, others = _divided(archive, listing.files)
            inside = _layout.Contents(archive, [name for _, name in pictures], others)
            layout = _layout.find(inside, _layout.Asked(self.layout, self.level, self.table, self.part), job)
            files = _kept(archive, pictures, layout, shelf, job)
        layout.changes += [*listing.changes, *_left_out([name for _, name in others if name != layout.options.get("table")])]
        layout.doubts += [*listing.doubts, *self._window_doubt(shelf)]
        windows = {"window": self.window or "file"} if shelf.windows else {}
        found = self.model_copy(update={**layout.options, **windows, "letters": listing.letters})
        return _as_table(layout, files, inside.pictures, shelf, found, job)

    def _window_doubt(self, shelf: "Shelf") -> list[Doubt]:
        from engine.readers._pictures import WINDOWED

        if self.window or not shelf.windows:
            return []
        what = "Your medical pictures say between which values they are to be looked at (their window). Should the model see just that?"
        choices = (
            Choice(label="Yes, each picture as its file says", options={"window": "file"}),
            Choice(label="No, all pictures alike, by the values that most of them use", options={"window": "none"}),
        )
        return [Doubt(key="medical-window", what=what, examples=tuple(shelf.examples[WINDOWED][:_SHOWN]), choices=choices)]

    def _one_picture(self, job: Job, shelf: "Shelf") -> Raw:
        if not job.known:
            raise UnreadableFile(f"'{job.name}' is a single picture; a model needs many, of each class.", _layout.ADVICE)
        kept = shelf.put(job.path.read_bytes(), job.name)
        if kept is None:
            raise UnreadableFile(f"The picture '{job.name}' is damaged, or too small or too large.", "Save it again as PNG or JPEG.")
        return Raw(("picture",), [[pa.array([kept], pa.string())]], self, shelf.finish(), {0: "image"})


def _holds_pictures(path: Path) -> bool:
    """Whether a zip has pictures in it and is no document, whose pictures are decoration."""
    from engine.readers import _dicom

    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if _OTHER_KINDS & {member.filename for member in members}:
                return False
            if any(_is_picture(member.filename) for member in members):
                return True
            unnamed = [m for m in members if not m.is_dir() and _has_no_ending(m.filename) and not _zip.is_junk(m.filename)]
            return any(_dicom.is_dicom(_start(archive, member)) for member in unnamed[:_LOOKED_INTO])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _divided(archive: zipfile.ZipFile, files: Sequence[Member]) -> tuple[list[Member], list[Member]]:
    """The pictures, by their endings (medical ones often have none), and the other files. Raises UnreadableFile if there is no picture."""
    from engine.readers import _dicom

    pictures: list[Member] = []
    others: list[Member] = []
    for member, name in files:
        is_picture = _is_picture(name) or (_has_no_ending(name) and _dicom.is_dicom(_start(archive, member)))
        (pictures if is_picture else others).append((member, name))
    if not pictures:
        raise UnreadableFile("The zip archive holds no pictures.", _layout.ADVICE)
    return pictures, others


def _is_picture(name: str) -> bool:
    from engine.readers._pictures import EXTENSIONS

    return name.lower().endswith(EXTENSIONS) and not _zip.is_junk(name)


def _has_no_ending(name: str) -> bool:
    """Whether the file has no ending, or only digits as one, as the numbered files of medical machines have."""
    ending = PurePosixPath(name).suffix[1:]
    return not ending or ending.isdigit()


def _start(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.flag_bits & 1:
        return b""
    try:
        with archive.open(member) as file:
            return file.read(_HEAD)
    except _zip.DAMAGES:
        return b""


def _kept(archive: zipfile.ZipFile, pictures: Sequence[Member], layout: "Layout", shelf: "Shelf", job: Job) -> dict[int, str]:
    """The file that each picture of the layout (by position) was kept in; those that could not be are not there."""
    from engine.readers._pictures import MOST_BYTES

    wanted = list(dict.fromkeys(layout.rows))
    files: dict[int, str] = {}
    for done, place in enumerate(wanted):
        member, name = pictures[place]
        if (kept := shelf.put(_zip.read(archive, member, MOST_BYTES), name)) is not None:
            files[place] = kept
        if done % _PIECE == 0:
            job.tell(done / len(wanted))
    if not files:
        first = pictures[wanted[0]][1] if wanted else pictures[0][1]
        raise UnreadableFile(
            f"None of the {len(wanted):,} pictures could be opened, the first being '{first}'.", "Save them as PNG or JPEG."
        )
    return files


def _left_out(others: Sequence[str]) -> list[Change]:
    if not others:
        return []
    return [Change(what="Files that are no pictures were left out.", count=len(others), examples=tuple(others[:_SHOWN]))]


def _as_table(layout: "Layout", files: dict[int, str], names: Sequence[str], shelf: "Shelf", reader: Reader, job: Job) -> Raw:
    """One row for each picture that was kept, with all that is known of it."""
    from engine.readers import _findings

    there = [row for row, place in enumerate(layout.rows) if place in files]
    kept = [files[layout.rows[row]] for row in there]
    layout.columns = [[column[row] for row in there] for column in layout.columns]
    layout.rows = [layout.rows[row] for row in there]
    found = _findings.add(layout, kept, shelf, is_new=bool(job.known))
    titles, mended = mend(["picture", *layout.names])
    changes = [*found, *layout.changes, *shelf.finish(), *renamed(mended)]
    columns = [pa.array(kept, pa.string()), *(pa.array(column, pa.string()) for column in layout.columns)]
    types = {0: "image", **{i + 1: type for i, type in enumerate(layout.types) if type}}
    batches = [[column.slice(start, _PIECE) for column in columns] for start in range(0, len(kept), _PIECE)]
    places = Places("file", [names[place] for place in layout.rows])
    return Raw(titles, batches, reader, changes, types, places, layout.doubts)
