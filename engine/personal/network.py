"""Addresses of computers."""

import ipaddress
import re
from typing import Literal

from engine.personal.base import FEW, MOSTLY, NEARLY_ALL, Detector, Found, Seen, Vocabulary

_OTHER = Vocabulary({"all": "version firmware release build revision software driver ver fw"})
_MAC = re.compile(r"([0-9A-F]{2}[:-]){5}[0-9A-F]{2}", re.IGNORECASE)


class Network(Detector):
    """Addresses of computers and phones in a network (IP, MAC): they lead to one household or device."""

    kind: Literal["network"] = "network"
    title = "Network addresses"
    order = 60
    calls = Vocabulary({"all": "ip ipaddress ip_address remote_addr mac ipv4 ipv6 адрес_ip"})

    def look(self, seen: Seen) -> Found | None:
        enough = MOSTLY if seen.says(self.calls) else NEARLY_ALL
        if len(seen.values) < FEW or seen.says(_OTHER) or seen.share(_is_address) < enough:
            return None
        return self.found(seen, 0.95, "Its values have the form of network addresses.")


def _is_address(text: str) -> bool:
    if _MAC.fullmatch(text):
        return True
    if len(text) > 45 or (text.count(".") != 3 and text.count(":") < 2):
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
