"""A whole file answered, a picture asked about, and the model to take away."""

import base64
import json
from pathlib import Path

import streamlit as st

from app import errands, parts, pictures, state, uploads, words
from app.text import md, short
from engine.exporters import EXPORTERS
from engine.jobs.errands import Errand
from engine.jobs.long_answers import ANSWERS
from engine.problems import Problem
from engine.store.runs import Run

PREVIEW = 6_000_000
KINDS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp", b"BM": "bmp"}
HINT = f"The same columns as your data, in any order; the answer itself may be missing. {uploads.KINDS}; or a zip of pictures."


def picture(run: Run, folder: Path) -> str | None:
    """A picture to ask about: one's own, or one that travels with the model. Gives its path."""
    uploads.drop_zone(
        "picture-drop",
        lambda upload: state.keep("picture", (run.id, upload.path)),
        title="Drop a picture here",
        hint="PNG, JPEG, WebP, BMP or GIF. It stays on this computer.",
    )
    own = _pictures(folder)
    if own:
        st.caption("Or one of these, which the model never saw:")
        with st.grid(len(own), min_column_width=70, key="sample-pictures", gap="small"):
            for i, path in enumerate(own):
                with st.container(gap="small"):
                    st.image(pictures.shown(path), width="stretch", alt=f"Sample picture {i + 1}")
                    st.button("Ask", key=f"ask-{i}", width="stretch", on_click=state.keep, args=("picture", (run.id, path)))
    chosen = state.recall("picture")
    return str(chosen[1]) if chosen and chosen[0] == run.id and Path(chosen[1]).is_file() else None


def show(path: Path) -> None:
    """The picture as the browser draws it; nothing of a stranger's file is decoded here."""
    start = path.open("rb").read(4)
    kind = next((name for magic, name in KINDS.items() if start.startswith(magic)), None)
    if kind is None or path.stat().st_size > PREVIEW:
        st.markdown(":gray[:material/image: No preview]")
        return
    data = base64.b64encode(path.read_bytes()).decode()
    st.html(f'<img class="mw-asked" alt="The picture asked about" src="data:image/{kind};base64,{data}">')


def under_way(run: Run) -> str:
    """What is being done with the run's model now: "file", "away", or "" for nothing."""
    at_work = {errand.key.split("-")[0] for errand in errands.waiting(f"answers-{run.id}") + errands.waiting(f"export-{run.id}-")}
    return "file" if "answers" in at_work else "away" if at_work else ""


def file_key(run: Run) -> str:
    """The key of the errand that answers a file with the run's model: one a run, so that its page finds it again."""
    return f"answers-{run.id}"


def file(run: Run, folder: Path) -> None:
    """A file in, the same file with answers out. What was answered last stays until another file takes its place."""
    uploads.drop_zone("file-drop", lambda upload: _answer(run, folder, upload), title="Drop a file with rows to answer", hint=HINT)
    errand = errands.find(file_key(run))
    if errand is None:
        return
    name = str(errand.arguments["name"])
    if errand.state == "done":
        _answered(errand, name)
        return
    with parts.card("answering"):
        if errand.error:
            errands.failure(errand, f"{md(short(name, 60))} was not answered")
        else:
            errands.watch(errand.key, f"Answering {md(short(name, 60))}", "The file was not answered; nothing was kept.")


def _answer(run: Run, folder: Path, upload: uploads.Upload) -> None:
    errands.start(file_key(run), "answer_file", replace=True, take=upload.path, bundle=str(folder), name=upload.name)


def _answered(errand: Errand, name: str) -> None:
    got, out = errand.answer, errand.folder / ANSWERS
    with parts.card("answered"):
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch", gap=None):
                st.markdown(f":green[:material/check_circle:] **{words.things(got['rows'], 'row')} answered**")
                st.caption(md(short(name, 60)))
            st.download_button(
                f"Download the answers ({words.size(out.stat().st_size)})",
                lambda: out.open("rb"),
                file_name=f"{Path(name).stem}-answers.csv",
                mime="text/csv",
                key="download-answers",
                type="primary",
                icon=":material/download:",
                on_click="ignore",
            )
        parts.problem_list([Problem.model_validate(problem) for problem in got["problems"]], key="file")
        st.dataframe(got["preview"], hide_index=True, alt="The first answered rows")
        if got["rows"] > len(got["preview"]):
            st.caption(f"The first {len(got['preview'])} rows.")


def away(run: Run, folder: Path) -> None:
    """The model in every form that fits it, to download."""
    for kind, exporter in EXPORTERS.members.items():
        if exporter.suits(folder):
            with parts.card(f"export-{kind}"):
                _export(run, folder, kind)
    path = folder / "card.md"
    if path.is_file():
        with st.expander("Its description, which travels with it", icon=":material/description:"):
            st.code(path.read_text("utf-8"), language="markdown", wrap_lines=True)


def _export(run: Run, folder: Path, kind: str) -> None:
    exporter = EXPORTERS.members[kind]
    out = state.workspace().run(run.id) / f"model-{kind}{exporter.suffix}"
    errand = errands.find(f"export-{run.id}-{kind}")
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{md(exporter.title)}**")
            st.caption(md(exporter.description()))
        if out.exists():
            _download(run, kind, out)
        elif errand is None or errand.state == "done":
            st.button(
                "Prepare the file", key=f"prepare-{kind}", icon=":material/package_2:", on_click=_prepare, args=(run, folder, kind, out)
            )
    if errand and errand.error:
        errands.failure(errand, "The file was not prepared")
    elif errand and not errand.is_over:
        errands.watch(errand.key, "Preparing the file", "The file was not prepared.")


def _download(run: Run, kind: str, out: Path) -> None:
    exporter = EXPORTERS.members[kind]
    st.download_button(
        f"Download ({words.size(out.stat().st_size)})",
        lambda: out.open("rb"),
        file_name=f"{_file_name(run)}{exporter.suffix}",
        mime=exporter.mime,
        key=f"download-{kind}",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
    )


def _prepare(run: Run, folder: Path, kind: str, out: Path) -> None:
    errands.start(f"export-{run.id}-{kind}", "export", bundle=str(folder), kind=kind, out=str(out))


def _pictures(folder: Path) -> list[Path]:
    path = folder / "samples.json"
    if not path.is_file():
        return []
    names = [name for values in json.loads(path.read_text("utf-8"))["inputs"].values() for name in values if isinstance(name, str)]
    return [folder / name for name in names if (folder / name).is_file()]


def _file_name(run: Run) -> str:
    kept = "".join(c if c.isalnum() or c in "-_" else "-" for c in run.name.lower())
    return "-".join(filter(None, kept.split("-")))[:60] or run.id
