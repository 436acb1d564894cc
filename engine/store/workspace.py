"""A Workspace is one folder that holds everything a person made: the database, datasets, runs, uploads and logs."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import engine
from engine.errors import Damaged, EngineError
from engine.store import db, disk, migrations

VARIABLE = "MODELWRIGHT_WORKSPACE"
LARGE = ("metrics",)


@dataclass(frozen=True)
class Workspace:
    """Where things lie. Cheap to make; use `open` to be sure that the folders and tables are there."""

    path: Path

    @classmethod
    def at(cls, path: Path | str | None = None) -> "Workspace":
        """The workspace at `path`, else at $MODELWRIGHT_WORKSPACE, else ~/.modelwright, whatever is there."""
        return cls(Path(path or os.environ.get(VARIABLE) or Path.home() / ".modelwright").expanduser().resolve())

    @classmethod
    def open(cls, path: Path | str | None = None, *, check: bool = False) -> "Workspace":
        """The same, made or brought up to date if need be. `check` also looks whether the database is sound, but for the measures,
        which may be many: the supervisor looks at those beside its work.

        Raises EngineError if the folder cannot be written, lies on a network disk, or its database is newer; Damaged if that is
        not sound.
        """
        workspace = cls.at(path)
        disk.refuse_network(workspace.path)
        _make_folders(workspace)
        try:
            is_marked = workspace.mark.exists()
            if found := db.damage(workspace, () if is_marked else LARGE) if check or is_marked else "":
                _mark(workspace, found)
                raise damaged(workspace, found)
            migrations.bring_up_to_date(workspace)
        except db.DatabaseError as error:
            raise _unusable(workspace, error) from error
        workspace.mark.unlink(missing_ok=True)
        write_format(workspace)
        return workspace

    @property
    def database(self) -> Path:
        return self.path / "workspace.db"

    @property
    def format(self) -> Path:
        """A file that says which form the database has, for people and programs that cannot read it."""
        return self.path / "workspace.json"

    @property
    def mark(self) -> Path:
        """A file that is there while the database is known to be damaged; all processes see it."""
        return self.path / "damaged"

    @property
    def datasets(self) -> Path:
        return self.path / "datasets"

    @property
    def runs(self) -> Path:
        return self.path / "runs"

    @property
    def uploads(self) -> Path:
        return self.path / "uploads"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def dataset(self, id: str) -> Path:
        """The folder of that dataset."""
        return self.datasets / id

    def run(self, id: str) -> Path:
        """The folder of that run."""
        return self.runs / id

    def checkpoints(self, id: str) -> Path:
        """Where that run keeps what it could go on from."""
        return self.run(id) / "checkpoints"


def damaged(workspace: Workspace, found: str = "") -> Damaged:
    """What to say about a database that is not sound. Without `found`, what was noticed earlier."""
    found = found or (workspace.mark.read_text("utf-8") if workspace.mark.exists() else "it is not sound")
    return Damaged(
        f"The database {workspace.database} cannot be used: {found}.",
        "Close other programs that use it. If that does not help, 'modelwright doctor --repair' puts the newest sound copy of the folder"
        " 'backups' in its place.",
    )


def notice(workspace: Workspace, error: BaseException) -> bool:
    """Whether the error says that the database is damaged; then every process is told."""
    if not db.is_damage(error):
        return False
    _mark(workspace, str(error))
    return True


def look_through(workspace: Workspace) -> bool:
    """Whether the whole database is sound; if not, every process is told."""
    if found := db.damage(workspace):
        _mark(workspace, found)
    return not found


def write_format(workspace: Workspace) -> None:
    """Writes workspace.json if it is not right."""
    wanted = {"format": migrations.latest(), "program": engine.__version__}
    if read_format(workspace) == wanted:
        return
    unfinished = workspace.format.with_suffix(f".{token_hex(4)}.tmp")
    unfinished.write_text(json.dumps(wanted), "utf-8")
    unfinished.replace(workspace.format)


def read_format(workspace: Workspace) -> dict[str, object]:
    """What workspace.json says; {} if it is missing or unreadable."""
    try:
        return dict(json.loads(workspace.format.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _unusable(workspace: Workspace, error: Exception) -> EngineError:
    if notice(workspace, error):
        return damaged(workspace)
    what = f"The database {workspace.database} cannot be used: {error}."
    return EngineError(what, "Close other programs that use it, and see that the disk is not full and you may write to it.")


def _mark(workspace: Workspace, found: str) -> None:
    workspace.mark.write_text(found, "utf-8")


def _make_folders(workspace: Workspace) -> None:
    try:
        for folder in (workspace.datasets, workspace.runs, workspace.uploads, workspace.logs):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(
            f"The workspace folder {workspace.path} cannot be made: {error.strerror}.",
            f"Choose a folder you may write to with --workspace or the variable {VARIABLE}.",
        ) from error
