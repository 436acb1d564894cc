"""Our own small parts of a page that need a script: `<name>.js` with `<name>.css` and `<name>.html` beside it where there are any."""

from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@cache
def named(name: str, html: str = "", isolate_styles: bool = True) -> Any:
    """The mount function of that component; registered once per process, on first use."""
    import streamlit as st

    parts = {kind: (HERE / f"{name}.{kind}").read_text() for kind in ("html", "css", "js") if (HERE / f"{name}.{kind}").exists()}
    return st.components.v2.component(f"modelwright_{name}", **({"html": html} | parts), isolate_styles=isolate_styles)
