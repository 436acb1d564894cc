"""The app as a process of its own, and what it uses of the computer."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field

import psutil

from engine.jobs import supervisor
from engine.jobs.spare import SWITCH
from engine.store.workspace import Workspace

PROGRAM = (sys.executable, "-c", "from engine.cli import main; main()", "app", "--no-browser")
PATIENCE = 120.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class App:
    """A server for one workspace; a context manager that leaves no process behind."""

    workspace: Workspace
    with_spare: bool = False
    port: int = field(default_factory=_free_port)
    began: float = 0.0
    started: float = 0.0

    def __enter__(self) -> "App":
        """Starts it; `started` are the seconds until it answers."""
        log = (self.workspace.logs / "app.log").open("ab")
        command = [*PROGRAM, "--port", str(self.port), "--workspace", str(self.workspace.path)]
        self.began = time.time()
        self.process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {SWITCH: "1" if self.with_spare else "0"})
        log.close()
        while not self._answers():
            assert self.process.poll() is None and time.time() - self.began < PATIENCE, f"The app does not answer; see {log.name}"
            time.sleep(0.005)
        self.started = time.time() - self.began
        self.known = psutil.Process(self.process.pid)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)
        supervisor.stop(self.workspace)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def memory(self) -> int:
        """Bytes of memory this process holds; its children count for themselves."""
        return int(self.known.memory_info().rss)

    @property
    def processor(self) -> float:
        """Seconds of processor time used so far."""
        times = self.known.cpu_times()
        return float(times.user + times.system)

    @property
    def has_tensorflow(self) -> bool:
        return any("tensorflow" in mapped.path for mapped in self.known.memory_maps())

    def others(self, word: str) -> list[psutil.Process]:
        """Processes that serve this workspace and have the word in their command line."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            command = " ".join(process.info["cmdline"] or [])
            if word in command and str(self.workspace.path) in command:
                found.append(process)
        return found

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False
