"""What each role reads and may do is one table: every screen, key and command is walked through it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest

import screens
from db import settings
from dispatch.app import MODES, DispatchApp
from dispatch.app import SCREENS as OPENED
from dispatch.commands.opening import ALL, READ_BY, read_by
from dispatch.commands.parser import choices_of, every_parser
from dispatch.desk.session.refusals import NotAllowed
from dispatch.model.states import READS, STEPS, Role
from screens.board.plan import PlanScreen
from screens.program.keymap import own_bindings
from screens.program.keys import key_lines
from screens.program.palette import deeds
from screens.user_screen import UserScreen
from tests.desk.conftest import Office, office  # noqa: F401  (the fixture)
from tests.desk.test_permissions import declared

for module in pkgutil.walk_packages(screens.__path__, "screens."):
    importlib.import_module(module.name)


def below(owner: type[Any]) -> Iterator[type[Any]]:
    for one in owner.__subclasses__():
        yield one
        yield from below(one)


SCREENS = {one.__name__: one for one in below(UserScreen)}


def roles_of(screen: type[UserScreen]) -> dict[str, frozenset[Role]]:
    """Whose the commands of a screen are that are not everybody's."""
    commands = {name[7:]: getattr(screen, name) for name in dir(screen) if name.startswith("action_")}
    return {name: roles for name, command in commands.items() if (roles := getattr(command, "roles", None))}


DEEDS = {
    "approve": "review.reviewing.approve",
    "send_back": "review.reviewing.send_back",
    "batch": "review.reviewing.approve_clean",
    "accept": "billing.adjusting.accept_charge",
    "goodwill": "billing.adjusting._adjusting",
    "travel": "billing.adjusting.correct_charge",
    "card": "prices.rate_cards.save_card",
    "agreement": "prices.agreeing.save_agreement",
    "survey": "care.care_list.note_survey",
    "offer": "care.care_list.note_offer",
    "gap": "care.care_list.note_gap",
    "emergency": "plan.emergency.insert",
    "new": "requests.intake.add",
    "amend": "requests.intake.amend",
    "pin": "plan.schedule.pin",
    "swap": "plan.schedule.swap",
    "hand_over": "closeout.handing_over.ask",
    "result": "closeout.onsite.record",
    "work": "closeout.onsite.work",
    "use": "closeout.onsite.use",
    "mark": "billing.work_marks.mark",
    "invoices": "billing.invoicing.issue",
    "roads": "roads.road_engines.add",
    "permissions": "closeout.permitting.give",
}
"""Actions that are a deed by another name, and where the desk opens it."""


def test_the_roles_of_an_action_are_those_of_its_deed() -> None:
    opened = {one.where: one.roles for one in declared()}
    for screen in SCREENS.values():
        for action, roles in roles_of(screen).items():
            if action in STEPS and screen is not SCREENS["TemplateScreen"]:  # it moves items
                assert roles == STEPS[action].roles, f"{screen.__name__} {action}"
            elif action in DEEDS and not issubclass(screen, PlanScreen):  # it marks moves
                assert roles == opened[DEEDS[action]], f"{screen.__name__} {action}"


def test_what_a_command_is_about_is_there_and_its_sentence_too() -> None:
    for screen in SCREENS.values():
        for name in [name for name in dir(screen) if name.startswith("action_")]:
            command = getattr(screen, name)
            if hasattr(command, "about"):
                assert not command.about or hasattr(screen, command.about), f"{screen.__name__} {name}"
                assert command.binding.tooltip or not command.binding.show, f"{screen.__name__} {name}"


def test_no_key_leads_to_a_screen_that_its_presser_may_not_read() -> None:
    for screen in SCREENS.values():
        sees = READS[screen.SHOWS].roles
        for owner in screen.__mro__:
            for binding in own_bindings(owner):
                name = binding.action.partition("(")[0]
                function = getattr(screen, f"action_{name}", None)
                if function is None:
                    continue
                text = inspect.getsource(inspect.unwrap(function))
                by_name = [OPENED[name][1] for name in re.findall(r'\.open\("(\w+)"', text)]
                for to in [*by_name, *re.findall(r"\b([A-Z]\w+)\(", text)]:
                    if to in SCREENS:
                        may = roles_of(screen).get(name, frozenset(Role)) & sees
                        assert may <= READS[SCREENS[to].SHOWS].roles, f"{screen.__name__} {binding.key} opens {to}"


def test_every_screen_that_opens_by_its_name_is_there() -> None:
    for name, (module, screen) in OPENED.items():
        assert isinstance(getattr(module, screen), type), name


def every_command(parser: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    parser = parser or every_parser()
    if parser.get_default("run") is not None:
        yield " ".join(path), parser
    for name, one in choices_of(parser).items():
        yield from every_command(one, (*path, name))


def test_every_command_says_what_it_reads() -> None:
    for command, _ in every_command():
        assert read_by(command) in (ALL, *READS), command
    assert {command.split()[0] for command, _ in every_command()} == {name.split()[0] for name in READ_BY}


OPEN = {
    "demo", "tour", "open", "calendar", "cases", "probe", "roads", "query", "restore", "doctor", "init", "seat", "seat-parent",
    "solve-worker",
    "keymap", "completion", "help", "visit", "remote-work", "review answer", "review comments", "review words",
}  # fmt: skip
"""What everybody may run: it reads nothing of others, or asks in the transaction of its deed. One is added here on purpose."""


def test_what_is_open_to_everybody_is_named() -> None:
    assert {command for command, what in READ_BY.items() if what == ALL} == OPEN


@pytest.mark.parametrize(("login", "role"), [("ana", Role.TECHNICIAN), ("dana", Role.DISPATCHER), ("lee", Role.LEAD)])
def test_a_command_reads_only_what_is_for_its_caller(office: Office, login: str, role: Role) -> None:  # noqa: F811
    from argparse import Namespace

    from dispatch.commands.opening import ask_for

    for command, _ in every_command():
        asked = Namespace(command=command, login=login, reference=None, technician=None)
        what = read_by(command)
        if what == ALL or role in READS[what].roles:
            ask_for(asked, office.store)
        else:
            with pytest.raises(NotAllowed):
                ask_for(asked, office.store)


def test_a_technician_reads_their_own_visits_and_day(office: Office) -> None:  # noqa: F811
    from argparse import Namespace

    from dispatch.commands.opening import ask_for

    office.on_site()
    for login, named, fine in (
        ("ana", {"reference": "R1"}, True), ("ben", {"reference": "R1"}, False), ("dana", {"reference": "R1"}, True),
        ("ana", {"technician": "Ana Ruiz"}, True), ("ana", {"technician": "Ben Okafor"}, False),
    ):  # fmt: skip
        asked = Namespace(command="charge", login=login, **named)
        if fine:
            ask_for(asked, office.store)
        else:
            with pytest.raises(NotAllowed, match="Only a dispatcher or lead may read"):
                ask_for(asked, office.store)


@pytest.mark.parametrize("role", Role)
async def test_only_what_may_be_done_is_offered(office: Office, role: Role) -> None:  # noqa: F811
    """Keys, palette, footer and help of each mode, for somebody of one role."""
    user = {Role.TECHNICIAN: office.ana, Role.DISPATCHER: office.dana, Role.LEAD: office.lee}[role]
    first = "day" if role is Role.TECHNICIAN else "board"
    app = DispatchApp(user, first, day=settings.today(office.store), technician="Ana Ruiz")
    async with app.run_test(size=(120, 36)) as pilot:
        for mode, shows in MODES.items():
            may = role in READS[shows].roles
            assert app.check_action("mode", (mode,)) is may
            if not may:
                continue
            app.action_mode(mode)
            await pilot.pause()
            screen = app.screen
            assert isinstance(screen, UserScreen)
            denied = {action for action, roles in roles_of(type(screen)).items() if role not in roles}
            offered = {deed.action.partition("(")[0] for deed in deeds(app) if deed.node is screen}
            assert not denied & offered
            ids = {line.id for line in key_lines(screen)}
            keys = {binding.id: binding.action.partition("(")[0] for _, binding in screen._bindings if binding.id}
            assert not denied & {keys[one] for one in ids if one in keys}
            assert all(screen.check_action(action, ()) is False for action in denied)
