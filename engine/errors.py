"""What a person can mend, said in words.

EngineError            what is wrong, and the next step
├── UnreadableFile     an upload no reader can take
├── InvalidPlan        choices that cannot be trained as they stand
├── NotFound           a dataset, run or bundle that is not there
├── Damaged            a database whose file is not sound any more
└── Diverged           a training whose numbers stopped being numbers
"""


class EngineError(Exception):
    """A mistake with a way out: `what` happened (with the actual value), and the `fix`."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(f"{what} {fix}".strip())
        self.what = what
        self.fix = fix


class UnreadableFile(EngineError):
    """The bytes are not something a reader can turn into a table."""


class InvalidPlan(EngineError):
    """The plan cannot be trained as it stands."""


class NotFound(EngineError):
    """The thing asked for does not exist (any more)."""


class Damaged(EngineError):
    """The database cannot be trusted; a sound copy has to take its place first."""


class Diverged(EngineError):
    """The loss became infinite or not a number."""
