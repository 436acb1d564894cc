"""Use: ask the model about one case, answer a whole file, or take the model away."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from app import parts, state, uploads, words
from app.text import md
from engine import bundle
from engine.bundle import FormField
from engine.errors import EngineError
from engine.exporters import EXPORTERS
from engine.jobs import desk
from engine.problems import Problem
from engine.store.runs import Run

UNKNOWN = "not known"
MANY = 12


def page() -> None:
    """The current run's model, if it has one."""
    run = state.current_run()
    parts.head("Use", "Ask the model about new cases. It answers with how sure it is.")
    folder = state.workspace().run(run.id) / "bundle" if run else None
    if run is None or folder is None or not (folder / "manifest.json").exists():
        parts.empty(":material/bolt:", "No model to use yet", "Train one first; then you can ask it here.", "Go to Train", "train")
        return
    if (run.score or {}).get("verdict") == "poor":
        st.warning(md((run.score or {}).get("headline", "")) + " Its answers are not better than guessing.", icon=":material/warning:")
    one, many, take = st.tabs(["One case", "A whole file", "Take it away"], key="use-tabs", on_change="rerun")
    if one.open:
        with one:
            _one(run, folder)
    if many.open:
        with many:
            _file(folder)
    if take.open:
        with take:
            _take_away(run, folder)
    parts.step_bar("use")


def _one(run: Run, folder: Path) -> None:
    fields = bundle.form(folder)
    left, right = st.columns([3, 2], gap="large")
    with left:
        rows = _picture(fields, run) if any(field.image for field in fields) else _form(fields, run)
    with right:
        _answer(folder, rows, run)


def _form(fields: list[FormField], run: Run) -> dict[str, Any]:
    """One widget a column, starting at a typical case."""
    st.caption("It starts with a typical case from your training rows. Change what you know; leave what you do not know as it is or clear it.")
    values: dict[str, Any] = {}
    shown, folded = fields[:MANY], fields[MANY:]
    for place, part in ((st.container(), shown), (st.expander(f"{len(folded)} more columns") if folded else None, folded)):
        if place is None:
            continue
        with place, st.grid(2, key=f"grid-{len(part)}-{place is None}-{part is folded}"):
            for field in part:
                values[field.name] = _WIDGETS[field.type](field, f"use-{run.id}-{field.id}")
    return values


def _number(field: FormField, key: str) -> float | None:
    unit = 1.0 if field.whole else _step(field)
    seen = f"In training: {words.measure(field.low)} to {words.measure(field.high)}" if field.low is not None else None
    start = None if field.median is None else float(round(field.median) if field.whole else float(f"{field.median:.4g}"))
    return st.number_input(md(field.name), value=start, step=unit, format="%g", key=key, help=seen, placeholder=UNKNOWN)


def _step(field: FormField) -> float:
    spread = (field.high or 0.0) - (field.low or 0.0)
    return float(f"{spread / 50:.0e}") if spread > 0 else 1.0


def _category(field: FormField, key: str) -> str | None:
    options = [UNKNOWN, *field.choices]
    start = options.index(field.common) if field.common in options else 0
    got = st.selectbox(md(field.name), options, index=start, key=key, accept_new_options=len(field.choices) > 30)
    return None if got == UNKNOWN else got


def _date(field: FormField, key: str) -> str | None:
    got = st.date_input(md(field.name), value=date.today(), min_value=date(1900, 1, 1), max_value=date(2200, 1, 1), key=key)
    return got.isoformat() if isinstance(got, date) else None


def _text(field: FormField, key: str) -> str:
    return st.text_input(md(field.name), key=key)


_WIDGETS = {"number": _number, "category": _category, "date": _date, "text": _text}


def _picture(fields: list[FormField], run: Run) -> dict[str, Any]:
    given = st.file_uploader("A picture to ask about", type=["png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff"], key=f"picture-{run.id}", max_upload_size=20)
    if given is None:
        st.caption("Drop a picture here. It stays on this computer.")
        return {}
    content = given.getvalue()
    path = state.workspace().uploads / f"ask-{hashlib.sha256(content).hexdigest()[:20]}{Path(given.name).suffix.lower()[:6]}"
    path.write_bytes(content)
    try:
        st.image(content, width=280)
    except Exception:
        parts.error_box(EngineError("This file is not a picture that can be shown.", "Choose a PNG or JPEG."), key="picture")
        return {}
    return {"picture": str(path)}


def _answer(folder: Path, row: dict[str, Any], run: Run) -> None:
    with parts.card("answer"):
        st.caption("The model's answer")
        if not row:
            st.markdown("Give it something to look at first.")
            return
        try:
            with st.spinner("Asking the model…"):
                got = _asked(str(folder), row)
        except EngineError as error:
            parts.error_box(error, key="answer")
            return
        _told(got["rows"][0])
        parts.problem_list([Problem.model_validate(p) for p in got["problems"]], key="answer")


def _asked(folder: str, row: dict[str, Any]) -> dict[str, Any]:
    ask = desk.for_workspace(state.workspace()).ask
    if "picture" in row:
        return ask("predict_picture", bundle=folder, path=row["picture"])  # type: ignore[no-any-return]
    return ask("predict", bundle=folder, rows=[row])  # type: ignore[no-any-return]


def _told(answer: dict[str, Any]) -> None:
    prediction = answer["prediction"]
    st.markdown(f"## {md(words.measure(prediction) if isinstance(prediction, float) else prediction)}")
    if answer.get("from") is not None:
        st.markdown(f"Probably between **{words.measure(answer['from'])}** and **{words.measure(answer['to'])}**; nine of ten such ranges held on rows it did not learn from.")
    if answer.get("how sure") is not None:
        st.progress(min(1.0, max(0.0, float(answer["how sure"]))), text=f"How sure: {words.share(answer['how sure'])}")
    chances = {name.removeprefix("chance of "): value for name, value in answer.items() if name.startswith("chance of ")}
    for name, value in sorted(chances.items(), key=lambda pair: -pair[1])[:5]:
        st.caption(f"{md(name)}: {words.share(value)}")


def _file(folder: Path) -> None:
    st.caption("A file with the same columns as your data (any order, the answer may be missing). You get it back with the model's answers.")
    uploads.drop_zone("predict-upload", lambda upload: state.keep("asked-file", upload), title="Drop the file with the rows to answer")
    given = state.recall("asked-file")
    if given is None or not given.path.exists():
        return
    out = given.path.with_name(f"{given.path.name}-answers.csv")
    try:
        with st.spinner("Answering every row…", show_time=True):
            got = _answered(str(folder), str(given.path), given.name, str(out))
    except EngineError as error:
        parts.error_box(error, key="file")
        return
    st.markdown(f":green[:material/check_circle: **{words.things(got['rows'], 'row')} answered.**]")
    parts.problem_list([Problem.model_validate(p) for p in got["problems"]], key="file")
    with out.open("rb") as file:
        st.download_button("Download the file with answers", file, file_name=f"{Path(given.name).stem}-answers.csv", mime="text/csv", type="primary", icon=":material/download:")
    st.dataframe(got["preview"], hide_index=True, width="stretch")


@st.cache_data(max_entries=20, show_spinner=False)
def _answered(folder: str, path: str, name: str, out: str) -> dict[str, Any]:
    return desk.for_workspace(state.workspace()).ask("predict_file", timeout=1800, bundle=folder, path=path, name=name, out=out)  # type: ignore[no-any-return]


def _take_away(run: Run, folder: Path) -> None:
    for kind, exporter in EXPORTERS.members.items():
        with parts.card(f"export-{kind}"), st.container(horizontal=True, vertical_alignment="center"):
            with st.container(gap=None):
                st.markdown(f"**{md(exporter.title)}**")
                st.caption(md(exporter.description()))
            _export(run, folder, kind)


def _export(run: Run, folder: Path, kind: str) -> None:
    exporter = EXPORTERS.members[kind]
    out = state.workspace().run(run.id) / f"model{exporter.suffix}"
    if not out.exists():
        st.button("Prepare", key=f"export-{kind}", icon=":material/package_2:", on_click=_prepare, args=(folder, kind, out))
        failed = state.recall(f"export-failed-{kind}")
        if failed:
            st.caption(md(failed))
        return
    with out.open("rb") as file:
        label = f"Download ({words.size(out.stat().st_size)})"
        st.download_button(label, file, file_name=f"{_file_name(run)}{exporter.suffix}", mime=exporter.mime, key=f"download-{kind}", icon=":material/download:", type="primary")


def _prepare(folder: Path, kind: str, out: Path) -> None:
    try:
        desk.for_workspace(state.workspace()).ask("export", timeout=300, bundle=str(folder), kind=kind, out=str(out))
        state.keep(f"export-failed-{kind}", "")
    except EngineError as error:
        state.keep(f"export-failed-{kind}", str(error))


def _file_name(run: Run) -> str:
    kept = "".join(c if c.isalnum() or c in "-_" else "-" for c in run.name.lower()).strip("-")
    return kept[:60] or run.id


page()
