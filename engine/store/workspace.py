"""A Workspace is one folder that holds everything a person made: the database, datasets, runs, uploads and logs."""

import os
from dataclasses import dataclass
from pathlib import Path

from engine.errors import EngineError
from engine.store import db, disk, migrations

VARIABLE = "MODELWRIGHT_WORKSPACE"


@dataclass(frozen=True)
class Workspace:
    """Where things lie. Cheap to make; use `open` to be sure that the folders and tables are there."""

    path: Path

    @classmethod
    def open(cls, path: Path | str | None = None) -> "Workspace":
        """The workspace at `path`, else at $MODELWRIGHT_WORKSPACE, else ~/.modelwright; made or brought up to date if need be.

        Raises EngineError if the folder cannot be written, lies on a network disk, or its database is damaged or newer.
        """
        workspace = cls(Path(path or os.environ.get(VARIABLE) or Path.home() / ".modelwright").expanduser().resolve())
        if not workspace.database.exists():
            disk.refuse_network(workspace.path)
        _make_folders(workspace)
        try:
            migrations.bring_up_to_date(workspace)
        except db.DatabaseError as error:
            raise EngineError(
                f"The database {workspace.database} cannot be used: {error}.",
                "Close other programs that use it. If that does not help, put the newest file of the folder 'backups' in its place.",
            ) from error
        return workspace

    @property
    def database(self) -> Path:
        return self.path / "workspace.db"

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


def _make_folders(workspace: Workspace) -> None:
    try:
        for folder in (workspace.datasets, workspace.runs, workspace.uploads, workspace.logs):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(
            f"The workspace folder {workspace.path} cannot be made: {error.strerror}.",
            f"Choose a folder you may write to with --workspace or the variable {VARIABLE}.",
        ) from error
