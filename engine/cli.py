"""`modelwright`: the same plan and the same worker as the pages use, from a terminal.

Exit codes: 0 done, 2 a mistake with a way out (one line: what, and the fix), 1 a fault of the program. Words go to stderr;
stdout carries only what was asked for.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.errors import EngineError

app = typer.Typer(
    help="From a file to a judged, usable deep-learning model.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)

Data = Annotated[Path, typer.Argument(help="The file with the data: CSV, Excel, Parquet, JSON, or a zip of picture folders.")]
BundleAt = Annotated[Path, typer.Argument(help="A model: the folder or the .zip that training or the Use page wrote.")]
Where = Annotated[
    Path | None, typer.Option("--workspace", help="The folder with your projects. Default: $MODELWRIGHT_WORKSPACE or ~/.modelwright.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")]


def main() -> None:
    """The program's entry: turns errors into one line and an exit code."""
    try:
        app(standalone_mode=False)
    except EngineError as error:
        print(f"{error.what} {error.fix}".strip(), file=sys.stderr)
        sys.exit(2)
    except typer.Abort:
        sys.exit(130)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        print(error.format_message(), file=sys.stderr)
        sys.exit(2)


@app.command("app")
def open_app(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="The port; default: the first free one from 8501.")] = None,
    workspace: Where = None,
    browser: Annotated[
        bool | None, typer.Option("--browser/--no-browser", help="Open the page; default: where there is a display.")
    ] = None,
) -> None:
    """Open the app in the browser."""
    from app.launch import serve

    serve(workspace, host, port, browser)


@app.command()
def train(
    data: Data,
    target: Annotated[str, typer.Option(help="The column to predict.")] = "",
    task: Annotated[str, typer.Option(help="What kind of answer: binary, multiclass, ordinal or regression. Default: by the column.")] = "",
    architecture: Annotated[str, typer.Option(help="The kind of model. Default: what suits the data.")] = "",
    effort: Annotated[str, typer.Option(help="quick (one model), good (one of each nature, several times) or best (many kinds).")] = "",
    minutes: Annotated[float, typer.Option(help="With good and best: have it ready within so many minutes.", min=0)] = 0.0,
    set_: Annotated[list[str] | None, typer.Option("--set", help="A setting, such as training.epochs=5. May be repeated.")] = None,
    plan: Annotated[Path | None, typer.Option(help="A plan (JSON) to follow instead of the proposed one.")] = None,
    seed: Annotated[int, typer.Option(help="The number all randomness comes from.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Where to put the model: a folder, or a file ending in .zip.")] = None,
    sign: Annotated[str, typer.Option(help="Your name: train in spite of what the checks stop; it stands in the report.")] = "",
    workspace: Where = None,
    as_json: AsJson = False,
) -> None:
    """Train a model on DATA and judge it on rows it never saw."""
    from engine.command_line import training

    order = training.Order(data, target, task, architecture, tuple(set_ or ()), plan, seed, out, sign, effort, minutes)
    training.train(order, workspace, as_json)


@app.command()
def crossvalidate(
    data: Data,
    target: Annotated[str, typer.Option(help="The column to predict.")] = "",
    folds: Annotated[int, typer.Option(help="Trainings in a turn; in each, another part of the rows is unseen.")] = 5,
    repeats: Annotated[int, typer.Option(help="How often the rows are divided anew.")] = 1,
    each_group: Annotated[bool, typer.Option("--each-group", help="Leave each case out once, where rows are divided by case.")] = False,
    task: Annotated[str, typer.Option(help="What kind of answer. Default: by the column.")] = "",
    architecture: Annotated[str, typer.Option(help="The kind of model. Default: what suits the data.")] = "",
    set_: Annotated[list[str] | None, typer.Option("--set", help="A setting, such as training.epochs=5. May be repeated.")] = None,
    plan: Annotated[Path | None, typer.Option(help="A plan (JSON) to follow instead of the proposed one.")] = None,
    seed: Annotated[int, typer.Option(help="The number all randomness comes from.")] = 0,
    sign: Annotated[str, typer.Option(help="Your name: train in spite of what the checks stop; it stands in the report.")] = "",
    workspace: Where = None,
    as_json: AsJson = False,
) -> None:
    """Train several times on DATA, each time with other rows unseen: how stable is the figure?"""
    from engine.command_line import studying, training

    order = training.Order(data, target, task, architecture, tuple(set_ or ()), plan, seed, None, sign)
    asked = {"kind": "cross_validation", "folds": folds, "repeats": repeats, "each_group": each_group}
    studying.study(order, asked, workspace, as_json)


@app.command()
def tune(
    data: Data,
    target: Annotated[str, typer.Option(help="The column to predict.")] = "",
    trainings: Annotated[int, typer.Option(help="The most trainings.")] = 30,
    minutes: Annotated[float, typer.Option(help="Take the best so far after so many minutes; 0: no limit.")] = 0.0,
    task: Annotated[str, typer.Option(help="What kind of answer. Default: by the column.")] = "",
    architecture: Annotated[str, typer.Option(help="The kind of model. Default: what suits the data.")] = "",
    set_: Annotated[list[str] | None, typer.Option("--set", help="A setting, such as training.epochs=5. May be repeated.")] = None,
    plan: Annotated[Path | None, typer.Option(help="A plan (JSON) to begin with instead of the proposed one.")] = None,
    seed: Annotated[int, typer.Option(help="The number all randomness comes from.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Where to put the best model: a folder, or a file ending in .zip.")] = None,
    sign: Annotated[str, typer.Option(help="Your name: train in spite of what the checks stop; it stands in the report.")] = "",
    workspace: Where = None,
    as_json: AsJson = False,
) -> None:
    """Look for better settings by many trainings on DATA; only the best is judged on the rows it never saw."""
    from engine.command_line import studying, training

    order = training.Order(data, target, task, architecture, tuple(set_ or ()), plan, seed, out, sign)
    studying.study(order, {"kind": "tuning", "trainings_at_most": trainings, "minutes": minutes}, workspace, as_json)


@app.command()
def predict(
    bundle: BundleAt,
    data: Data,
    out: Annotated[Path, typer.Option(help="Where to write the answers (CSV).")],
) -> None:
    """Answer every row of DATA with a trained model."""
    from engine.command_line import using

    using.predict(bundle, data, out)


@app.command()
def evaluate(bundle: BundleAt, data: Data, as_json: AsJson = False) -> None:
    """Judge a trained model on the rows of DATA, which must hold the true answers."""
    from engine.command_line import using

    using.evaluate(bundle, data, as_json)


@app.command()
def export(
    bundle: BundleAt,
    kind: Annotated[str, typer.Option(help="The form to write; see README.")],
    out: Annotated[Path, typer.Option(help="The file to write.")],
) -> None:
    """Write a trained model in another form."""
    from engine.command_line import using

    using.export(bundle, kind, out)


@app.command()
def runs(
    compare: Annotated[bool, typer.Option("--compare", help="Compare the models that answer the same question.")] = False,
    workspace: Where = None,
    as_json: AsJson = False,
) -> None:
    """List all trainings, newest first, or compare their models."""
    from engine.command_line import listing

    (listing.compare if compare else listing.runs)(workspace, as_json)


@app.command()
def doctor(
    workspace: Where = None,
    repair: Annotated[bool, typer.Option("--repair", help="Also mend what can be mended; each repair is asked about.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --repair: ask only where something may be lost.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look at versions, devices, the disk and the workspace, say what is wrong, and mend it."""
    from engine.command_line import health

    health.doctor(workspace, repair, yes, as_json)


def tell(words: str) -> None:
    """One line for a person, on stderr."""
    print(words, file=sys.stderr, flush=True)


def give(values: Any) -> None:
    """One JSON object for a program, on stdout; what is not a number is null."""
    import json

    print(json.dumps(values, allow_nan=False, ensure_ascii=False))


if __name__ == "__main__":
    main()
