"""PostgreSQL, through psycopg."""

from typing import TYPE_CHECKING, Any, Literal

from engine.sources.base import Server
from engine.spec import param

if TYPE_CHECKING:
    from sqlalchemy import URL


class PostgreSQL(Server):
    """A PostgreSQL database, asked in a transaction that can only read."""

    kind: Literal["postgresql"] = "postgresql"
    title = "PostgreSQL"
    order = 10

    host: str = param("localhost", "Computer", help="The name or address of the computer that the database runs on.")
    port: int = param(5432, "Port", ge=1, le=65535)
    name: str = param("", "Database")
    user: str = param("", "User name")

    def url(self, password: str) -> "URL":
        from sqlalchemy import URL

        return URL.create("postgresql+psycopg", self.user, password or None, self.host, self.port, self.name)

    def arguments(self, seconds: int) -> dict[str, Any]:
        options = f"-c default_transaction_read_only=on -c statement_timeout={1000 * seconds}"
        return {"connect_timeout": min(seconds, 10), "options": options, "application_name": "modelwright"}

    def before(self, seconds: int) -> list[str]:
        return ["SET TRANSACTION READ ONLY", f"SET LOCAL statement_timeout = {1000 * seconds}"]
