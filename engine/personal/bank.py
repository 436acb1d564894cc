"""Bank accounts and payment cards."""

from typing import Literal

from engine.personal import _checks
from engine.personal.base import ENOUGH, FEW, MOSTLY, NEARLY_ALL, Detector, Found, Seen, Vocabulary


class Bank(Detector):
    """Bank accounts (IBAN) and payment cards, known by their check digits."""

    kind: Literal["bank"] = "bank"
    title = "Bank accounts and cards"
    order = 50
    calls = Vocabulary({"all": "iban card_number creditcard credit_card cardnumber pan kreditkarte carte_bancaire tarjeta carta konto"})

    def look(self, seen: Seen) -> Found | None:
        headed = seen.says(self.calls)
        if len(seen.values) < (FEW if headed else ENOUGH):
            return None
        enough = MOSTLY if headed else NEARLY_ALL
        if seen.share(_checks.iban) >= enough:
            return self.found(seen, 0.99, "Its values are bank accounts: their check digits are right.")
        if seen.share(_checks.card) >= enough:
            return self.found(seen, 0.99, "Its values are numbers of payment cards: their check digits are right.")
        return None
