"""Drafts over delays, failures and several tabs: nothing typed is lost, nothing unsaved said saved.

The pages run the state machine of ``static/js/draft_saving.js`` in Node, the server is the real
service on the real tables. Between them is a network that delays, repeats the order of, and loses
what is sent and what is answered.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from programs import required_program
from project import PROJECT
from sqlalchemy import delete, select

from qaboard import markup
from qaboard.models import Draft
from qaboard.schemas.draft import read_seen_drafts
from qaboard.services.draft import ASK_PLACE, FormSent, discard_draft, save_draft, settle_draft
from qaboard.services.question import ask

# Long enough for the longest pause after failures, twice.
HEALING_SECONDS = 700
TABS_MAX_COUNT = 3

FATES = ["answered", "late", "answer lost", "answer late", "refused for now"]
"""What can happen to a save. One that is late arrives after its page has given it up."""

Name = tuple[str, int]
"""A save: its writer and its number."""


class Node:
    """The program that runs the pages."""

    def __init__(self) -> None:
        node = required_program("node", package="nodejs")
        module = PROJECT / "static/js/draft_saving.js"
        self.process = subprocess.Popen(
            [node, PROJECT / "tests/draft_pages.mjs", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def act(self, name: str, **arguments: Any) -> dict[str, Any]:
        self.process.stdin.write(json.dumps({"act": name} | arguments) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def node() -> Iterator[Node]:
    program = Node()
    yield program
    program.close()


@dataclass
class Tab:
    """A tab with a page of the form. A duplicated or reloaded one has a page with another id.

    ``storage`` is what it keeps, ``None`` for nothing yet; ``history`` has the saves that its text
    goes on with.
    """

    page: int = 0
    writer: str = ""
    value: str = ""
    storage: dict | None = None
    stores: bool = True
    from_: list[str] | None = None
    is_from_draft: bool = False
    state: dict = field(default_factory=dict)
    history: set[Name] = field(default_factory=set)
    # What the storage goes on with.
    stored_history: set[Name] = field(default_factory=set)
    # The draft was sent, discarded, or gone on with by another page that knew it.
    is_superseded: bool = False


@dataclass
class Save:
    """A save under way: sent, or answered by the server and not yet heard of.

    ``is_sent`` is whether its page knows that its form was sent, and so names no key.
    """

    page: int
    number: int
    writer: str
    seen: str
    text: str
    is_sent: bool
    outcome: str = ""
    is_given_up: bool = False


class Drafts(RuleBasedStateMachine):
    board: Any
    node: Node
    user_id: int
    pages_made = 0

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.tabs: list[Tab] = []
        self.saves: list[Save] = []
        self.histories: dict[int, set[Name]] = {}
        self.row: Draft | None = None
        self.posted: set[str] = set()
        self.open_tab()

    # Pages

    def act(self, tab: Tab, name: str, **arguments: Any) -> Any:
        answer = self.node.act(name, id=tab.page, **arguments)
        tab.state = answer["state"]
        return answer["result"]

    def load(self, tab: Tab, *, restored: str | None = None, continued: bool = False) -> None:
        """Load the page of the form, or the one that goes on with the draft of the server.

        :param restored: what the browser fills in again by itself.
        """
        row = self.row if continued else None
        default, continues = (row.body, f"{row.writer}-{row.save_number}") if row else ("", "")
        Drafts.pages_made += 1
        tab.page, tab.writer = Drafts.pages_made, f"{Drafts.pages_made:016x}"
        shown = default if restored is None else restored
        # A browser that restores the text restores what the form knew with it.
        known = tab.state["seen"] if restored is not None else continues
        fields = {
            "defaults": [default],
            "values": [shown],
            "isRefused": False,
            "continues": continues,
            "known": known,
        }
        opened = self.act(tab, "open", writer=tab.writer, fields=fields, stored=tab.storage)
        tab.value, tab.from_ = opened["value"], opened["from"]
        tab.is_from_draft = opened["isFromDraft"]
        history = set(tab.history) if restored is not None else set()
        if row:
            history.add((row.writer, row.save_number))
        if tab.storage and tab.storage["from"] == [default]:
            history |= tab.stored_history
        self.histories[tab.page] = tab.history = history

    def open_tab(self) -> Tab:
        tab = Tab()
        self.tabs.append(tab)
        self.load(tab)
        return tab

    def keep(self, tab: Tab) -> None:
        tab.storage = None
        tab.stored_history = set(tab.history)
        if tab.stores:
            tab.storage = {
                "from": tab.from_,
                "to": [tab.value],
                "seen": tab.state["seen"],
                "isFromDraft": tab.is_from_draft,
            }

    def send(self, tab: Tab, save: dict | None) -> None:
        if save is None:
            return
        numbers = [each.number for each in self.saves if each.writer == save["writer"]]
        assert all(save["number"] > number for number in numbers)
        self.saves.append(Save(tab.page, is_sent=save.pop("isSent"), **save))
        name = (save["writer"], save["number"])
        tab.history.add(name)
        self.keep(tab)

    def tab_of(self, save: Save) -> Tab | None:
        return next((tab for tab in self.tabs if tab.page == save.page), None)

    # The server

    def read_row(self) -> None:
        with self.board.transaction() as session:
            self.row = session.scalar(select(Draft))

    def settle(self) -> None:
        """The draft was sent or discarded, unknown to pages that had saved it."""
        self.read_row()
        for tab in self.tabs:
            tab.is_superseded = True

    def receive(self, save: Save) -> None:
        before = self.row
        try:
            with self.board.transaction() as session:
                is_kept = save_draft(
                    session,
                    user_id=self.user_id,
                    place=ASK_PLACE,
                    writer=save.writer,
                    number=save.number,
                    seen=read_seen_drafts(save.seen),
                    title="",
                    body=save.text,
                    post_version=None,
                    # That of each page of the form is another one.
                    idempotency_key=None if save.is_sent else save.writer,
                )
            save.outcome = "kept" if is_kept else "elsewhere"
        except FormSent:
            is_kept, save.outcome = False, "sent"
        self.read_row()
        if save.writer in self.posted and not save.is_sent:
            assert save.text == "" or self.row is None or self.row.writer != save.writer, (
                "a draft came back after its text was posted"
            )
        tab, after = self.tab_of(save), self.row
        if tab and is_kept:
            tab.is_superseded = False
        is_written = before is not None and (
            after is None or (after.writer, after.body) != (before.writer, before.body)
        )
        if is_written:
            # Nothing is written over that the page had not seen, and nothing newer of its own.
            replaced = (before.writer, before.save_number)
            assert replaced in self.histories[save.page], "an unseen draft was overwritten"
            assert before.writer != save.writer or before.save_number < save.number
            for tab in self.tabs:
                if tab.writer == before.writer != save.writer:
                    tab.is_superseded = True

    # What people do

    tabs_index = st.integers(0, TABS_MAX_COUNT - 1)

    def tab(self, index: int) -> Tab:
        return self.tabs[index % len(self.tabs)]

    @rule(
        index=tabs_index,
        text=st.sampled_from(["a", "b", ""]),
        seconds=st.sampled_from([20, 310, 0]),
        fate=st.sampled_from(FATES),
    )
    def write(self, index: int, text: str, seconds: float, fate: str) -> None:
        """Type something, and pause so long that it is usually saved."""
        tab = self.tab(index)
        tab.value = text
        self.act(tab, "type", value=text, now=self.now)
        self.keep(tab)
        self.wait(seconds)
        own = [save for save in self.saves if save.page == tab.page and not save.is_given_up]
        if own and not own[-1].outcome:
            self.meet(own[-1], fate)

    @rule(index=tabs_index, restores=st.booleans())
    def reload(self, index: int, restores: bool) -> None:
        tab = self.tab(index)
        before, was_saved = tab.value, tab.state["isSaved"]
        self.send(tab, self.act(tab, "leave", now=self.now))
        is_stored = tab.storage is not None
        is_plain = not tab.is_from_draft
        self.load(tab, restored=tab.value if restores else None)
        if is_plain and (is_stored or restores):
            assert tab.value == before, "a reload has lost the text"
        elif is_plain and before:
            # Else the browser has asked before.
            assert not was_saved or self.row is not None or tab.is_superseded
        self.wake()

    def copy(self, tab: Tab, restored: str | None = None) -> Tab:
        copy = replace(tab, history=set(tab.history), stored_history=set(tab.stored_history))
        self.tabs.append(copy)
        self.load(copy, restored=restored)
        self.wake()
        return copy

    @precondition(lambda self: len(self.tabs) < TABS_MAX_COUNT)
    @rule(index=tabs_index, restores=st.booleans())
    def duplicate(self, index: int, restores: bool) -> None:
        tab = self.tab(index)
        self.copy(tab, restored=tab.value if restores and not tab.is_from_draft else None)

    @precondition(lambda self: len(self.tabs) < TABS_MAX_COUNT)
    @rule(index=tabs_index, fate=st.sampled_from(FATES))
    def overtake_the_duplicate(self, index: int, fate: str) -> None:
        """A tab whose draft is saved goes on, before the first save of its duplicate arrives."""
        tab = self.tab(index)
        self.write(index, "a", 20, "answered")
        copy = self.copy(tab)
        self.write(self.tabs.index(tab), "b", 20, "answered")
        for save in [each for each in self.saves if each.page == copy.page]:
            self.meet(save, fate)

    @rule(
        index=tabs_index,
        act=st.sampled_from(["open", "continue", "close", "post", "discard", "store nothing"]),
    )
    def do_something_rarer(self, index: int, act: str) -> None:
        tab = self.tab(index)
        if act == "open" and len(self.tabs) < TABS_MAX_COUNT:
            self.open_tab()
        elif act == "continue" and self.row is not None:
            # The link that is offered.
            self.send(tab, self.act(tab, "leave", now=self.now))
            self.load(tab, continued=True)
        elif act == "close" and len(self.tabs) > 1:
            self.send(tab, self.act(tab, "leave", now=self.now))
            self.tabs.remove(tab)
        elif act == "post":
            # The page that follows is the empty form again.
            self.act(tab, "stop")
            with self.board.transaction() as session:
                ask(
                    session,
                    author_id=self.user_id,
                    title="A title",
                    body=tab.value or "a",
                    render=markup.render,
                    idempotency_key=tab.writer,
                )
                seen = read_seen_drafts(tab.state["seen"])
                settle_draft(session, self.user_id, ASK_PLACE, seen=seen, body=tab.value)
            self.posted.add(tab.writer)
            self.settle()
            tab.storage = None
            self.load(tab)
        elif act == "discard":
            with self.board.transaction() as session:
                discard_draft(session, self.user_id, ASK_PLACE)
            self.settle()
        elif act == "store nothing":
            tab.stores = False

    # Time and the network

    @rule(seconds=st.sampled_from([3, 15, 60, 300]))
    def wait(self, seconds: float) -> None:
        self.now += seconds * 1000
        self.wake()

    def wake(self) -> None:
        for tab in self.tabs:
            if tab.state["wakesAt"] is not None and tab.state["wakesAt"] <= self.now:
                flights = [s for s in self.saves if s.page == tab.page and not s.is_given_up]
                assert flights == [], "two saves at a time"
                self.send(tab, self.act(tab, "tick", now=self.now))

    @precondition(lambda self: self.saves)
    @rule(data=st.data(), fate=st.sampled_from(FATES))
    def go_on(self, data: st.DataObject, fate: str) -> None:
        """Something happens to any save, also to one that its page has given up."""
        self.meet(data.draw(st.sampled_from(self.saves)), fate)

    def meet(self, save: Save, fate: str) -> None:
        if fate in ("answered", "answer lost", "answer late") and not save.outcome:
            self.receive(save)
        if fate == "answered":
            self.answer(save, save.outcome)
            self.saves.remove(save)
        elif fate in ("answer lost", "late", "refused for now"):
            # It can arrive still. "Too often" and "overloaded" say when to try again.
            self.answer(save, "failed", 30 if fate == "refused for now" else 0)
            save.is_given_up = True

    def answer(self, save: Save, outcome: str, retry_after: int = 0) -> None:
        tab = self.tab_of(save)
        if tab is not None and not save.is_given_up:
            self.act(
                tab,
                "answer",
                number=save.number,
                outcome=outcome,
                now=self.now,
                retryAfter=retry_after * 1000,
            )
            self.keep(tab)

    # What always holds

    @invariant()
    def nothing_is_said_to_be_saved_that_is_not(self) -> None:
        row = self.row
        for tab in self.tabs:
            text, status = tab.state["text"], tab.state["status"]
            assert status != "kept" or tab.state["isSaved"]
            has_sent = any(writer == tab.writer for writer, _number in tab.history)
            # Whoever leaves then is not asked, and nothing more is sent.
            if tab.state["isSaved"] and has_sent and text:
                is_own = row is not None and row.writer == tab.writer
                assert not is_own or row.body == text, "said to be saved, and overwritten"
                assert is_own or tab.is_superseded

    def teardown(self) -> None:
        """The network works again: whatever stands in a form is saved, or said not to be."""
        for _ in range(10):
            for save in list(self.saves):
                if not save.outcome:
                    self.receive(save)
                self.answer(save, save.outcome)
                self.saves.remove(save)
            self.now += HEALING_SECONDS * 1000 / 2
            self.wake()
        self.nothing_is_said_to_be_saved_that_is_not()
        row = self.row
        for tab in self.tabs:
            assert tab.state["isSaved"] or tab.state["status"] == "elsewhere"
            if tab.state["status"] == "elsewhere" and not tab.state["isSaved"]:
                assert row is not None, "a text is held back by a draft that is not there"
        with self.board.transaction() as session:
            session.execute(delete(Draft))


def test_what_was_typed_last_is_never_lost_and_never_wrongly_said_to_be_saved(board, node):
    user = board.user()
    machine = type("DraftsOfUser", (Drafts,), {"board": board, "node": node, "user_id": user.id})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
