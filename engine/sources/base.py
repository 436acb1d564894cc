"""A Source is one kind of database: where it is, and how a connection to it is kept from changing anything. Never holds the password."""

import os
from typing import TYPE_CHECKING, Any, ClassVar

from engine.errors import EngineError
from engine.spec import Spec

if TYPE_CHECKING:
    from sqlalchemy import URL

HOSTS, FOLDERS = "MODELWRIGHT_DATABASE_HOSTS", "MODELWRIGHT_FOLDERS"
THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")


class Source(Spec):
    """One database. Its fields say where it is and who asks; the password is handed over apart, when it is used."""

    asks_password: ClassVar[bool] = True

    @property
    def place(self) -> str:
        """Which database it is, in words, without who asks."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """A short name for what is read from it."""
        raise NotImplementedError

    def check(self) -> None:
        """Raises EngineError if something is not said, or this database may not be asked from this computer."""
        raise NotImplementedError

    def url(self, password: str) -> "URL":
        """The address for SQLAlchemy."""
        raise NotImplementedError

    def arguments(self, seconds: int) -> dict[str, Any]:
        """What the driver is told when it connects."""
        return {}

    def before(self, seconds: int) -> list[str]:
        """Statements that come before the query: nothing may be written, and it may take no longer than so many seconds."""
        raise NotImplementedError

    def guard(self, connection: Any, seconds: int) -> None:
        """What else the driver's connection needs, so that the query can only read."""


class Server(Source):
    """A database that is reached over the network."""

    host: str
    port: int
    name: str
    user: str

    def check(self) -> None:
        for value, what in ((self.host, "computer"), (self.name, "database"), (self.user, "user name")):
            if not value.strip():
                raise EngineError(f"The {what} is not given.", "Fill it in.")
        if "=" in self.name or "://" in self.name:
            raise EngineError(f"'{self.name}' is no name of a database.", "Write only its name, without an address or settings.")
        if self.host.strip().lower() not in hosts():
            raise EngineError(
                f"Databases on '{self.host}' may not be asked from here; allowed are {', '.join(sorted(hosts()))}.",
                f"Whoever runs Modelwright can add the computer to the variable {HOSTS}.",
            )

    @property
    def place(self) -> str:
        return f"the {self.title} database '{self.name}' on {self.host}"

    @property
    def label(self) -> str:
        return self.name


def hosts() -> frozenset[str]:
    """Computers whose databases may be asked: this one, and those that its owner lists, with commas between them."""
    listed = os.environ.get(HOSTS, "").split(",")
    return frozenset((*THIS_COMPUTER, *(host.strip().lower() for host in listed if host.strip())))
