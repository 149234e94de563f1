"""Surveys: sent by mail to one client, noted by hand, or let go by themselves to all."""

from __future__ import annotations

from dispatch.desk.book import editing
from dispatch.desk.book.context import Desk
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.care import care_list
from dispatch.desk.delivery import surveys
from dispatch.model.clients import Client
from dispatch.records.firm import SETTINGS
from screens.dialogs.asked import ChoiceRow
from screens.record_forms import line_of
from screens.user_screen import UserScreen

_SEND, _SEND_NAMED, _SEND_NAMELESS, _BY_THEMSELVES, _SENT = -2, -3, -4, -5, -1
_SENT_AS = {_SEND: None, _SEND_NAMED: False, _SEND_NAMELESS: True}
"""How a survey goes by mail: whose answer it is is kept as the firm has it, in any case, or never."""
_SETTINGS = ("survey_dates", "survey_visits", "survey_days")


async def ask_survey(screen: UserScreen, client: Client, reference: str = "") -> None:
    """A client's survey is sent, or was answered; after a visit where there is one."""
    user = screen.user
    usual = "as the firm has it: " + ("anonymous" if user.firm.surveys_anonymous else "with their name")
    rows = [ChoiceRow("send it by mail", _SEND, f"the answer comes in by itself; {usual}")]
    if not user.firm.surveys_anonymous:
        rows.append(ChoiceRow("send it by mail, anonymous", _SEND_NAMELESS, "only the number of the answer is kept"))
    else:
        rows.append(ChoiceRow("send it by mail, with their name", _SEND_NAMED, "whose answer it is is kept"))
    on = user.firm.survey_dates or user.firm.survey_visits
    rows.append(ChoiceRow("by themselves", _BY_THEMSELVES, "they do" if on else "at their dates, or after visits"))
    rows += [ChoiceRow("sent", _SENT, "the answer is still owed")]
    rows += [ChoiceRow(f"answered: {score} of 10", score) for score in range(10, -1, -1)]
    about = f", after {reference}" if reference else ""
    score = await screen.choose(f"Survey of {client.name}{about}", rows)
    if score == _BY_THEMSELVES:
        await _let_them_go(screen)
        return
    if score in _SENT_AS:
        sent = await screen.do(surveys.send, client, (), reference, anonymous=_SENT_AS[score])
        if sent is not None:
            screen.say(f"It goes to {sent.address}. u takes it back until it leaves.")
        return
    words = "" if score == _SENT else await screen.ask("What did they say?", "their words, or empty")
    noted = None if score == _SENT else score
    await screen.do(care_list.note_survey, client, noted, words, None, reference)


async def _let_them_go(screen: UserScreen) -> None:
    """Ask when surveys go by themselves, to every client."""
    user, firm = screen.user, RECORD_STORES["settings"]
    stands, desk = firm.texts(user.store, firm.get(user.store, 0)), Desk.for_user(user)
    fields = [line_of(SETTINGS.field(name), stands[name], desk) for name in _SETTINGS]
    hint = "After visits: 1 after each, 3 after every third, 0 after none. outbox run sends them, to every client."
    await screen.fill_in("Surveys go by themselves", fields, lambda typed: editing.settle(user, typed), hint)
    screen.reload()
