"""User names and pages of persons."""

import re
from typing import Literal

from engine.columns import Treatment
from engine.personal.base import ENOUGH, FEW, MOSTLY, NEARLY_ALL, Detector, Found, Seen, Vocabulary

_NAME = re.compile(r"@?(?=.*[^\W\d_])[\w.\-]{3,40}")
_AT = re.compile(r"@[\w.]{2,40}")
_PAGE = re.compile(
    r"(https?://)?(www\.)?"
    r"(linkedin\.com/in/|facebook\.com/|(x|twitter)\.com/|instagram\.com/|github\.com/|xing\.com/profile/|t\.me/|vk\.com/).+"
)
_FEW_REPEAT = 3.0


class Handle(Detector):
    """User names and personal pages: anybody can look up whose they are."""

    kind: Literal["handle"] = "handle"
    title = "User names"
    order = 75
    treatment = Treatment(kind="pseudonym")
    calls = Vocabulary(
        {
            "en": "username user_name login handle twitter instagram linkedin facebook telegram skype screen_name account nickname"
            " userid user",
            "de": "benutzername benutzer anmeldename nutzername",
            "fr": "identifiant utilisateur pseudo nom_utilisateur",
            "es": "usuario nombre_usuario",
            "it": "nome_utente utente",
            "pt": "usuario utilizador nome_usuario",
            "nl": "gebruikersnaam gebruiker",
            "pl": "uzytkownik login nazwa_uzytkownika",
            "tr": "kullanici kullanici_adi",
            "ru": "логин пользователь никнейм",
            "ja": "ユーザー名 アカウント",
            "zh": "用户名 用戶名",
        }
    )

    def look(self, seen: Seen) -> Found | None:
        if len(seen.values) < FEW or seen.type in ("number", "date"):
            return None
        if seen.share(_PAGE) >= MOSTLY:
            return self.found(seen, 0.9, "Its values are addresses of people's own pages.")
        if len(seen.values) >= ENOUGH and seen.share(_AT) >= NEARLY_ALL:
            return self.found(seen, 0.9, "Its values have the form of user names.")
        if seen.says(self.calls) and len(seen.values) >= ENOUGH and seen.repeats <= _FEW_REPEAT and seen.share(_NAME) >= NEARLY_ALL:
            return self.found(seen, 0.6, "Its name and the form of its values say so.")
        return None
