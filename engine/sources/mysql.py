"""MySQL and MariaDB, through PyMySQL."""

from typing import TYPE_CHECKING, Any, Literal

from engine.sources.base import Server
from engine.spec import param

if TYPE_CHECKING:
    from sqlalchemy import URL


class MySQL(Server):
    """A MySQL or MariaDB database, asked in a transaction that can only read."""

    kind: Literal["mysql"] = "mysql"
    title = "MySQL or MariaDB"
    order = 20

    host: str = param("localhost", "Computer", help="The name or address of the computer that the database runs on.")
    port: int = param(3306, "Port", ge=1, le=65535)
    name: str = param("", "Database")
    user: str = param("", "User name")

    def url(self, password: str) -> "URL":
        from sqlalchemy import URL

        return URL.create("mysql+pymysql", self.user, password or None, self.host, self.port, self.name, {"charset": "utf8mb4"})

    def arguments(self, seconds: int) -> dict[str, Any]:
        return {"connect_timeout": min(seconds, 10), "read_timeout": seconds, "write_timeout": seconds, "local_infile": False}

    def before(self, seconds: int) -> list[str]:
        """In a comment that only one of them reads, because each knows the time limit (MySQL: milliseconds) by a name of its own."""
        limits = [f"SET SESSION /*!50708 max_execution_time = {1000 * seconds}, */ /*M!100101 max_statement_time = {seconds}, */"]
        return [f"{limits[0]} sql_mode = @@SESSION.sql_mode", "SET SESSION TRANSACTION READ ONLY", "START TRANSACTION READ ONLY"]
