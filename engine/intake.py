"""Reading an upload in a disposable process: `python -m engine.intake`.

The request comes as JSON on the input; the answer goes out as JSON lines: {"progress", "words"} any number of times, then {"done"} or
{"error": {"what", "fix"}}. The process limits its own memory and time, so that a hostile file can only end this process.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from engine import importing, new_rows, treating
from engine.columns import Column
from engine.errors import EngineError
from engine.importing import Tell
from engine.readers._content import effort

MEMORY = 4 * 2**30
SECONDS = 120
FILE_SIZE = 32 * 2**30


def main() -> int:
    """One request, one answer. Returns the exit status."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(**line: Any) -> None:
        out.write(json.dumps(line, ensure_ascii=True) + "\n")
        out.flush()

    request = json.loads(sys.stdin.read())
    try:
        _limit(effort(Path(request["path"])) if "path" in request else 0)
        say(done=answer(request, lambda done, words: say(progress=round(done, 3), words=words)))
    except EngineError as error:
        say(error={"what": error.what, "fix": error.fix})
    except MemoryError:
        say(
            error={
                "what": "The file needs more memory than the 4 GB a single upload may use.",
                "fix": "Leave out rows or columns and upload it again.",
            }
        )
    return 0


def answer(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    if "column" in request:
        column = Column.model_validate(request["column"])
        changes = importing.retype(Path(request["folder"]), request["source"], request["old"], request["new"], column)
        return {"changes": [change.model_dump() for change in changes]}
    if "treat" in request:
        return treating.rewrite(treating.Request.model_validate(request["treat"]), tell).model_dump(mode="json")
    asked = importing.Request.model_validate(request)
    return new_rows.read(asked, tell) if asked.known else importing.read(asked, tell).model_dump(mode="json")


def _limit(size: int) -> None:
    """Memory, processor time (more for large files), written bytes and open files; no core dumps; files for this user only."""
    os.umask(0o077)
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS + size // (2 * 2**20)),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    sys.exit(main())
