"""E-mail addresses."""

import re
from typing import Literal

from engine.personal.base import ENOUGH, FEW, Detector, Found, Seen, Vocabulary

ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]+(\.[\w-]+)+")
_SOME = 0.5


class Email(Detector):
    """E-mail addresses: each reaches one person."""

    kind: Literal["email"] = "email"
    title = "E-mail addresses"
    order = 20
    calls = Vocabulary({"all": "email e_mail mail courriel correo posta eposta почта メール 邮箱"})

    def look(self, seen: Seen) -> Found | None:
        share = seen.share(ADDRESS)
        if share < _SOME or (len(seen.values) < FEW and not seen.says(self.calls)):
            return None
        return self.found(seen, 0.99 if len(seen.values) >= ENOUGH else 0.9, "Its values have the form of e-mail addresses.")
