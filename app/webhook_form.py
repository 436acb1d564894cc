"""Telling another program when a training has ended: where, whether that is allowed here, a test, and what became of the last ones."""

import os

import streamlit as st

from app import parts, state, words
from app.text import md, short
from engine.errors import EngineError
from engine.jobs import courier, webhook
from engine.store import webhooks
from engine.store.webhooks import Outcome, Webhook

OPEN = "webhook-open"
ADDRESS = "webhook-address"
SIGNS = {
    "delivered": (":material/check_circle:", "green", "was delivered"),
    "waiting": (":material/schedule:", "orange", "did not arrive yet; it is tried again"),
    "given up": (":material/error:", "red", "did not arrive, and is not tried again"),
}


def button() -> None:
    """Opens the dialog; says so while somebody is told."""
    hook = webhooks.get(state.workspace())
    told = f"{md(_host(hook.address))} is told when a training ends." if hook else "Off. Another program can be told when a training ends."
    st.button("Tell a program: on" if hook else "Tell a program", key="webhook", icon=":material/send:", help=told, on_click=ask)


def ask() -> None:
    """A callback: opens the dialog."""
    state.keep(OPEN, True)


def trouble() -> None:
    """A line on the page while the last thing to tell has not arrived."""
    hook = webhooks.get(state.workspace())
    if hook and hook.outcomes and hook.outcomes[0].state != "delivered":
        _outcome(hook.outcomes[0])


def dialog() -> None:
    """Shows the dialog if it is open. Called once a page."""
    if state.recall(OPEN):
        _dialog()


def draw() -> None:
    """Everything about it, for a dialog or a page of settings."""
    hook = webhooks.get(state.workspace())
    st.markdown(
        "When a training has ended, this computer can send a short message to a program of yours: the run's name, its project, how it "
        "ended, its score and first sentence. No rows, no files. The sentence may name an answer, such as a kind of defect."
    )
    st.session_state.setdefault(ADDRESS, hook.address if hook else "")
    address = (st.text_input("Address", key=ADDRESS, placeholder="https://hooks.example.com/modelwright") or "").strip()
    problem = _problem(address)
    if problem:
        parts.error_box(problem, "webhook")
    _hosts(address, is_wanted=problem is not None or not address)
    _buttons(hook, address, is_good=bool(address) and problem is None)
    if hook:
        _outcomes(hook)


@st.dialog("Tell a program when a training ends", icon=":material/send:", width="medium", on_dismiss=lambda: state.keep(OPEN, None))
def _dialog() -> None:
    if not state.recall(OPEN):
        st.rerun()
    draw()


def _problem(address: str) -> EngineError | None:
    if not address:
        return None
    try:
        webhook.target(address)
    except EngineError as error:
        return error
    return None


def _hosts(address: str, is_wanted: bool) -> None:
    """Which hosts are allowed, and how whoever looks after the computer allows one. Nobody can do that from here."""
    entries = webhook.listed()
    good = [entry.removesuffix(webhook.MARK) for entry, host in entries if host]
    if good:
        st.caption(f"Hosts that this computer may tell: {md(words.listing(good, most=12))}.")
    else:
        st.caption("No host is allowed yet, so nothing can be sent.")
    for entry in [entry for entry, host in entries if host is None]:
        st.caption(f":orange[:material/warning:] {md(short(entry, 60))} in {webhook.VARIABLE} is neither a name nor an address.")
    with st.expander("How to allow a host", expanded=is_wanted and bool(address), icon=":material/shield:"):
        st.markdown("Whoever looks after this computer starts Modelwright with the list of hosts, with commas between them:")
        listed = os.environ.get(webhook.VARIABLE, "").strip(" ,")
        wanted = _host(address)
        is_new = bool(wanted) and wanted not in [entry.removesuffix(webhook.MARK) for entry, _ in entries]
        shown = ",".join(filter(None, [listed, wanted if is_new else "" if listed else "hooks.example.com"]))
        st.code(f"{webhook.VARIABLE}='{shown}' make run", language="bash", wrap_lines=True)
        st.markdown(
            "A name stands for the usual port; write `name:8443` for another. A host within your own network or on this computer needs "
            f"a `{webhook.MARK}` at its end, such as `192.168.1.20:8080{webhook.MARK}`; only there `http://` will do."
        )


def _buttons(hook: Webhook | None, address: str, is_good: bool) -> None:
    is_other = hook is None or hook.address != address
    with st.container(horizontal=True, horizontal_alignment="right"):
        if hook:
            st.button("Switch off", key="webhook-off", on_click=_switch_off)
        is_tested = st.button("Send a test", key="webhook-test", icon=":material/outgoing_mail:", disabled=not is_good)
        if is_other:
            label = "Tell this one instead" if hook else "Switch on"
            st.button(label, key="webhook-on", type="primary", disabled=not is_good, on_click=_switch_on, args=(address,))
    if is_tested:
        _test(address)
    elif is_other and is_good:
        st.caption("It begins with the next training that ends.")
    elif hook and not is_other:
        st.markdown(f":green[:material/check_circle: **On.**] {md(_host(address))} is told when a training ends.")


def _test(address: str) -> None:
    try:
        with st.spinner(f"Waiting for the answer, {webhook.SECONDS:.0f} seconds at most"):
            status = webhook.post(address, courier.trial())
    except EngineError as error:
        parts.error_box(error, "webhook-test")
        return
    st.markdown(f":green[:material/check_circle: **The test arrived.**] {md(_host(address))} answered {status}.")


def _outcomes(hook: Webhook) -> None:
    st.markdown("**What was told last**")
    if not hook.outcomes:
        st.caption("Nothing yet: no training has ended since it was switched on.")
    for outcome in hook.outcomes:
        _outcome(outcome)


def _outcome(outcome: Outcome) -> None:
    icon, colour, said = SIGNS[outcome.state]
    name = short(outcome.name or "a run", 60)
    why = f" {md(outcome.why)}" if outcome.why else ""
    st.markdown(f":{colour}[{icon}] The message that **{md(name)}** has ended {said} ({words.ago(outcome.at)}).{why}")


def _host(address: str) -> str:
    """The host of an address for people to read; the rest of it may be a secret."""
    return webhook.host_of(address)


def _switch_on(address: str) -> None:
    webhooks.switch_on(state.workspace(), address)


def _switch_off() -> None:
    webhooks.switch_off(state.workspace())
    st.session_state[ADDRESS] = ""
