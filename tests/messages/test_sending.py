"""Messages reach a mail server once: also when it refuses, hangs, breaks off, and when the sender is killed."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from db import copies, messages, visits
from db.store import Store
from db.unit import unit_of_work
from dispatch.desk.adapters import transports
from dispatch.desk.adapters.transports import Letter, NotSent, Transport, transport
from dispatch.desk.book import editing
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.delivery import papers, sending
from dispatch.desk.delivery.alerting import LEASE
from dispatch.desk.delivery.sending import Posted, post_due, post_next
from dispatch.desk.messages import outbox
from dispatch.desk.plan import schedule
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.session.user import User, log_in
from dispatch.model.messages import Fate, Message
from tests.conftest import Dispatch
from tests.desk.conftest import Office, at
from tests.messages.conftest import PostOffice, words
from tests.wall import started


def current(user: User) -> Callable[[], Transport]:
    return lambda: transport(user.firm)


def send(user: User) -> Posted | None:
    return post_next(user, current(user))


def state_of(office: Office, message: int = 1) -> Message:
    found = messages.message(office.store, message)
    assert found is not None
    return found


@pytest.fixture
def due(told: Office) -> Office:
    """The client has agreed to a visit, and is to be told so now."""
    schedule.assign(told.dana, "R1", ["Ana Ruiz"], at("15:00"))
    schedule.confirm(told.dana, "R1")
    told.clock.advance(120)
    return told


def test_a_message_arrives_once(due: Office, post: PostOffice) -> None:
    posted = send(due.dana)
    assert posted is not None
    assert posted.fate is Fate.SENT
    assert send(due.dana) is None
    (mail,) = post.taken
    assert (mail["To"], mail["From"]) == ("desk@harbor.example", "dispatch@columbus.example")
    assert mail["Subject"] == "Your appointment, R1"
    assert mail["Message-ID"] == "<dispatch-1@columbus.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Ana Ruiz comes to Main office on Tue 24 Nov 2026, 15:00" in words(mail)
    assert "Columbus IT" in words(mail)
    one = state_of(due)
    assert (one.fate, one.tries, one.ended_at) == (Fate.SENT, 1, due.store.clock.now())


def test_it_waits_until_it_is_due(told: Office, post: PostOffice) -> None:
    schedule.assign(told.dana, "R1", ["Ana Ruiz"], at("15:00"))
    schedule.confirm(told.dana, "R1")
    told.clock.advance(119)
    assert send(told.dana) is None
    assert not post.taken


def test_the_report_goes_as_the_client_may_read_it(told: Office, post: PostOffice) -> None:
    told.on_site("R1")
    told.finish("R1")
    leaving.close(told.ana, "R1")
    told.clock.advance(120)
    posted = send(told.lee)
    assert posted is not None
    assert posted.fate is Fate.SENT
    (mail,) = post.taken
    text = words(mail)
    assert mail["Subject"] == "What was done at your site, R1"
    assert "What was done and tested at Main office, R1:" in text
    assert "Service report R1" in text
    assert "driver replaced on the server" in text
    assert "J. Lowe" in text


def test_the_report_goes_though_others_work_on_meanwhile_and_as_pdf_where_one_can_be_set(
    told: Office, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No PDF is the same twice, and the audit goes on; what the report says is the same."""
    made = itertools.count()
    monkeypatch.setattr(papers, "as_pdf", lambda report: f"%PDF {next(made)} {report.title}".encode())
    told.on_site("R1")
    told.finish("R1")
    leaving.close(told.ana, "R1")
    told.clock.advance(120)
    letters = []

    def carries(letter: Letter, handing_over: Callable[[], None]) -> None:
        letters.append(letter)
        schedule.assign(told.dana, "R2", ["Ben Okafor"], at("15:00"), confirmed=True)
        handing_over()

    posted = post_next(told.lee, lambda: carries)
    assert posted is not None
    assert posted.fate is Fate.SENT, posted.why
    (letter,) = letters
    assert letter.attachment is not None
    assert letter.attachment.name == "harbor-dental-report-r1.pdf"
    assert letter.attachment.content == b"%PDF 0 Service report R1"


def test_what_people_typed_stays_text(told: Office, post: PostOffice) -> None:
    editing.settle(told.lee, {"message_confirmed": "Grüße, {client}: {work} — 漢字 {when}"})
    schedule.assign(told.dana, "R1", ["Ana Ruiz"], at("15:00"))
    with unit_of_work(told.store, "spoil", _system()) as unit:
        unit.execute(
            "UPDATE visit SET work = ?, version = version + 1 WHERE reference = 'R1'",
            ("a\r\nBcc: all@x.example\r\n.\r\nQUIT {firm}",),
        )
        unit.audit("visit", 1, spoilt=True)
    schedule.confirm(told.dana, "R1")
    told.clock.advance(120)
    posted = send(told.dana)
    assert posted is not None
    assert posted.fate is Fate.SENT
    (mail,) = post.taken
    assert mail["Bcc"] is None
    assert mail.get_all("To") == ["desk@harbor.example"]
    assert "Grüße, Harbor Dental" in words(mail)
    assert "漢字" in words(mail)
    assert "{firm}" in words(mail)


def _system() -> Any:
    from db.unit import Actor

    return Actor(None, "system", "spoil", "system")


def test_a_server_that_is_busy_is_asked_again_later(due: Office, post: PostOffice) -> None:
    post.answers = ["451 try again later"]
    posted = send(due.dana)
    assert posted is not None
    assert posted.fate is Fate.WAITING
    assert "451 try again later" in posted.why
    assert not post.taken
    assert send(due.dana) is None, "not at once"
    due.clock.advance(sending.WAITS[0])
    posted = send(due.dana)
    assert posted is not None
    assert (posted.fate, state_of(due).tries) == (Fate.SENT, 2)
    assert len(post.taken) == 1


def test_what_the_server_refuses_for_good_is_not_tried_again(due: Office, post: PostOffice) -> None:
    post.answers = ["550 no such user \x1b[31mhere"]
    posted = send(due.dana)
    assert posted is not None
    assert posted.fate is Fate.FAILED
    one = state_of(due)
    assert "550 no such user" in one.why
    assert "\x1b" not in one.why
    due.clock.advance(86_400)
    assert send(due.dana) is None
    assert messages.trouble(due.store, due.store.clock.now()).words == "1 message not sent"


def test_a_person_has_it_tried_again(due: Office, post: PostOffice) -> None:
    post.answers = ["550 no such user"]
    send(due.dana)
    outbox.retry(due.dana, 1)
    posted = send(due.dana)
    assert posted is not None
    assert posted.fate is Fate.SENT
    assert len(post.taken) == 1


def test_it_is_given_up_after_as_many_tries_as_are_useful(told: Office) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        editing.settle(told.lee, {"mail_port": str(nobody.getsockname()[1])})
        told.on_site("R1")
        told.finish("R1")
        leaving.close(told.ana, "R1")
        fates = []
        for wait in (120, *sending.WAITS):
            told.clock.advance(wait)
            posted = send(told.lee)
            assert posted is not None
            fates.append(posted.fate)
    assert fates == [Fate.WAITING] * len(sending.WAITS) + [Fate.FAILED]
    assert "refused" in state_of(told).why


def test_a_server_that_breaks_off_after_all_was_said_leaves_it_open(due: Office, post: PostOffice) -> None:
    """Nobody knows whether it will be delivered, so it is not sent again by itself."""
    post.data = "drop"
    posted = send(due.dana)
    assert posted is not None
    assert posted.fate is Fate.UNSURE
    assert post.seen == 1
    due.clock.advance(86_400)
    assert send(due.dana) is None
    assert "It may have gone out" in state_of(due).why


def test_a_mail_that_was_taken_is_sent_whatever_the_server_says_in_parting(due: Office, post: PostOffice) -> None:
    post.farewell = "451 something is wrong"
    posted = send(due.dana)
    assert posted is not None
    assert posted.fate is Fate.SENT


def test_a_server_that_hangs_after_all_was_said_leaves_it_open(
    due: Office, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "SECONDS", 0.5)
    post.data = "hang"
    posted = send(due.dana)
    assert posted is not None
    assert posted.fate is Fate.UNSURE


def test_a_server_that_refuses_the_text_has_not_sent_it(due: Office, post: PostOffice) -> None:
    post.data = "452 mailbox full"
    posted = send(due.dana)
    assert posted is not None
    assert posted.fate is Fate.WAITING


def test_a_server_that_never_answers_is_left(due: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        editing.settle(due.lee, {"mail_port": str(silent.getsockname()[1])})
        posted = send(due.dana)
    assert posted is not None
    assert posted.fate is Fate.WAITING, "nothing was handed over, so it may be tried again"


def test_what_cannot_be_a_mail_is_given_up_at_once(due: Office, post: PostOffice) -> None:
    with unit_of_work(due.store, "spoil", _system()) as unit:
        unit.execute("DROP TRIGGER message_itself")  # only damage can do this to a message
        unit.execute("UPDATE message SET address = ? WHERE id = 1", ("a b@x\r\nBcc: c@x",))
        unit.execute("UPDATE client SET told_at = ? WHERE name = 'Harbor Dental'", ("a b@x\r\nBcc: c@x",))
        unit.audit("message", 1, spoilt=True)
    posted = send(due.dana)
    assert posted is not None
    assert posted.fate is Fate.FAILED
    assert not post.seen


def test_without_a_courier_it_waits(due: Office) -> None:
    editing.settle(due.lee, {"messages_by": "none"})
    with pytest.raises(Refusal, match="Messages are not sent"):
        send(due.dana)
    editing.settle(due.lee, {"messages_by": "smtp", "mail_host": ""})
    with pytest.raises(Refusal, match="No mail server is set"):
        send(due.dana)
    editing.settle(due.lee, {"messages_by": "apprise", "mail_host": "127.0.0.1"})
    with pytest.raises(Refusal, match="Apprise has no addresses"):
        send(due.dana)
    assert state_of(due).fate is Fate.WAITING


def test_a_technician_sends_nothing(due: Office) -> None:
    with pytest.raises(NotAllowed):
        send(due.ana)
    with pytest.raises(NotAllowed):
        sending.send_test(due.ana, "me@columbus.example")


def test_a_test_reaches_who_tries_the_settings(due: Office, post: PostOffice) -> None:
    sending.send_test(due.lee, "me@columbus.example")
    assert post.taken[0]["To"] == "me@columbus.example"
    post.answers = ["550 no"]
    with pytest.raises(Refusal, match=r"It was not sent.* 127\.0\.0\.1 answered 550 no"):
        sending.send_test(due.lee, "me@columbus.example")


def test_a_sender_that_was_lost_before_it_began_costs_nothing(due: Office, post: PostOffice) -> None:
    class Lost:
        def __call__(self, letter: Letter, handing_over: object) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        post_next(due.dana, Lost)
    assert state_of(due).fate is Fate.TAKEN
    assert send(due.dana) is None, "somebody has it"
    due.clock.advance(LEASE)
    posted = send(due.dana)
    assert posted is not None
    assert posted.fate is Fate.SENT
    assert len(post.taken) == 1


def test_a_sender_that_was_lost_while_it_handed_over_leaves_it_open(due: Office, post: PostOffice) -> None:
    class Lost:
        def __call__(self, letter: Letter, handing_over: Callable[[], None]) -> None:
            handing_over()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        post_next(due.dana, Lost)
    due.clock.advance(LEASE)
    posted = send(due.dana)
    assert posted is not None
    assert (posted.fate, post.seen) == (Fate.UNSURE, 0)


def test_two_senders_never_send_one_twice(told: Office, post: PostOffice) -> None:
    schedule.assign(told.dana, "R1", ["Ana Ruiz"], at("15:00"))
    schedule.confirm(told.dana, "R1")
    told.clock.advance(120)
    first = visits.visit_by_reference(told.store, "R1")
    assert first is not None
    many = [f"M{number}" for number in range(8)]
    with unit_of_work(told.store, "many", _system()) as unit:
        for reference in many:
            added = visits.NewVisit(reference, first.client_id, first.site_id, "Server patch", 60, 2, at("07:00"))
            unit.audit("visit", visits.add_visit(unit, told.store, added), many=True)
    for reference in many:
        schedule.assign(told.dana, reference, ["Ana Ruiz"], at("15:00"), reason="all at once", confirmed=True)
        schedule.confirm(told.dana, reference)
    told.clock.advance(120)

    def sender() -> None:
        with Store.open(told.store.path, clock=told.clock) as store:
            user = log_in(store, "dana")
            while post_next(user, lambda: transport(user.firm)) is not None:
                pass

    senders = [threading.Thread(target=sender) for _ in range(3)]
    for one in senders:
        one.start()
    for one in senders:
        one.join(60)
    assert sorted(mail["Subject"] for mail in post.taken) == sorted(
        f"Your appointment, {reference}" for reference in ("R1", *many)
    )


@pytest.fixture
def over(told: Office) -> Office:
    """A visit is closed, and its report is due by the clock of the machine too."""
    told.on_site("R1")
    told.finish("R1")
    leaving.close(told.ana, "R1")
    with unit_of_work(told.store, "due", _system()) as unit:
        unit.execute("UPDATE message SET due_at = 1 WHERE id = 1", ())
        unit.audit("message", 1, due=True)
    return told


@pytest.fixture
def running(over: Office, post: PostOffice) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`dispatch outbox run` as a process of its own, on the office's database."""
    begun = []

    def begin(*words: str) -> subprocess.Popen[str]:
        program = started("-m", "dispatch", "outbox", "run", "--every", "0.1")
        process = subprocess.Popen(
            [*program, "--db", str(over.store.path), "--as", "dana", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(sending.__file__).parents[2])},
        )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        process.kill()
        process.communicate(timeout=20)


def wait_for(met: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not met():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def test_killed_in_the_middle_it_is_never_sent_twice(
    over: Office, post: PostOffice, running: Callable[..., subprocess.Popen[str]]
) -> None:
    post.data = "hang"
    first = running()
    wait_for(lambda: post.seen == 1)
    first.send_signal(signal.SIGKILL)
    first.wait(20)
    post.data = ""
    with unit_of_work(over.store, "later", _system()) as unit:
        unit.execute("UPDATE message SET until = 1 WHERE state = 'sending'", ())
        unit.audit("message", 1, later=True)
    running()
    wait_for(lambda: state_of(over).fate is Fate.UNSURE)
    assert not post.taken


def test_it_finishes_what_it_has_in_hand_and_ends(
    over: Office, post: PostOffice, running: Callable[..., subprocess.Popen[str]]
) -> None:
    sender = running()
    wait_for(lambda: state_of(over).fate is Fate.SENT)
    sender.send_signal(signal.SIGTERM)
    said, _ = sender.communicate(timeout=20)
    assert sender.returncode == 0
    assert said == "message 1 R1 report to desk@harbor.example: sent\n"


@pytest.mark.again
def test_it_goes_on_when_the_settings_come_later(
    over: Office, post: PostOffice, running: Callable[..., subprocess.Popen[str]]
) -> None:
    editing.settle(over.lee, {"messages_by": "none"})
    sender = running()
    assert sender.stdout is not None
    assert sender.stdout.readline().startswith("Messages are not sent")
    editing.settle(over.lee, {"messages_by": "smtp"})
    wait_for(lambda: state_of(over).fate is Fate.SENT)
    sender.send_signal(signal.SIGTERM)
    said, _ = sender.communicate(timeout=20)
    assert "Messages are not sent" not in said, "it is said once, not every time"


@contextlib.contextmanager
def saving(path: Path) -> Iterator[None]:
    """Somebody else saves, and does not finish before the end of the `with`."""
    with contextlib.closing(copies.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_it_waits_for_a_busy_database_and_goes_on(due: Office, post: PostOffice) -> None:
    said: list[str] = []
    stop = threading.Event()

    def sender() -> None:
        with Store.open(due.store.path, clock=due.clock, timeout=0.05) as store:
            user = log_in(store, "dana")
            sending.run(user, current(user), said.append, 0.02, stop)

    running = threading.Thread(target=sender)
    with saving(due.store.path):
        running.start()
        wait_for(lambda: bool(said))
    wait_for(lambda: state_of(due).fate is Fate.SENT)
    stop.set()
    running.join(20)
    assert not running.is_alive()
    assert [words.split(".")[0] for words in said] == [
        "Another session is writing to the database and does not finish",
        "message 1 R1 confirmed to desk@harbor",
    ], "it is said once"
    assert len(post.taken) == 1


def test_what_went_out_is_noted_however_long_others_save(due: Office, post: PostOffice) -> None:
    real = current(due.dana)()
    others = contextlib.ExitStack()

    class WhileOthersSave:
        def __call__(self, letter: Letter, handing_over: Callable[[], None]) -> None:
            real(letter, handing_over)
            others.enter_context(saving(due.store.path))
            threading.Timer(0.4, others.close).start()

    with Store.open(due.store.path, clock=due.clock, timeout=0.05) as store:
        posted = post_next(log_in(store, "dana"), WhileOthersSave)
    assert posted is not None
    assert (posted.fate, state_of(due).fate) == (Fate.SENT, Fate.SENT)
    assert len(post.taken) == 1


def test_by_command(over: Office, post: PostOffice) -> None:
    firm = Dispatch(over.store.path)
    post.answers = ["550 no such user"]
    once = firm("outbox", "run", "--once", "--as", "dana")
    assert once.code == 1
    assert "550 no such user" in once.out
    (one,) = firm.json("outbox", "list", "--json", "--as", "dana")
    assert (one["message"], one["state"], one["about"], one["reference"]) == (1, "failed", "report", "R1")
    assert "! 1 message not sent" in firm.ok("outbox", "list", "--as", "dana")
    assert firm("outbox", "list", "--as", "ana").code == 1
    assert firm("outbox", "retry", "9", "--as", "dana").err == "dispatch: There is no message 9.\n"
    firm.ok("outbox", "drop", "1", "--as", "dana")
    assert firm.json("outbox", "list", "--json", "--as", "dana") == []
    assert firm.json("outbox", "list", "--all", "--json", "--as", "dana")[0]["why"] == "dropped by Dana Wells"
    firm.ok("outbox", "retry", "1", "--as", "dana")
    assert "sent" in firm.ok("outbox", "run", "--once", "--as", "dana")
    firm.ok("outbox", "test", "me@columbus.example", "--as", "dana")
    assert [mail["To"] for mail in post.taken] == ["desk@harbor.example", "me@columbus.example"]
    assert firm("outbox", "run", "--every", "0", "--as", "dana").code == 2


@pytest.fixture
def authority() -> trustme.CA:
    """Who signs the server's certificate."""
    return trustme.CA()


@pytest.mark.parametrize("trusted", [True, False])
def test_starttls_and_login(
    due: Office, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    said = []

    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        said.append((given.login, given.password))
        return AuthResult(success=given.password == b"open sesame")

    there = PostOffice()
    port = free_port()
    controller = Controller(
        there, hostname="localhost", port=port, tls_context=context, require_starttls=True, auth_required=True,
        authenticator=check,
    )  # fmt: skip
    controller.start()
    try:
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        monkeypatch.setenv(transports.PASSWORD, "open sesame")
        settings = {"mail_host": "localhost", "mail_port": str(port), "mail_security": "starttls", "mail_user": "disp"}
        editing.settle(due.lee, settings)
        posted = send(due.dana)
    finally:
        controller.stop()
    assert posted is not None
    if trusted:
        assert (posted.fate, posted.why) == (Fate.SENT, "")
        assert said == [(b"disp", b"open sesame")]
        assert len(there.taken) == 1
    else:
        assert posted.fate is Fate.WAITING
        assert "certificate" in posted.why
        assert not said, "a password is not told to a stranger"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_password_that_others_can_read_is_not_used(
    due: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv(transports.PASSWORD, raising=False)
    editing.settle(due.lee, {"mail_user": "disp"})
    secret = tmp_path / "dispatch-board" / transports.PASSWORD_FILE
    secret.parent.mkdir()
    secret.write_text("open sesame\n")
    secret.chmod(0o644)
    with pytest.raises(Refusal, match="Others can read"):
        send(due.dana)


def test_by_apprise(due: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("apprise", reason="needs apprise: install the extra notify")
    from http.server import BaseHTTPRequestHandler, HTTPServer

    asked = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.path, self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_response(200 if len(asked) > 1 else 500)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv(transports.URLS, f"json://127.0.0.1:{server.server_port}/{{address}}")
        editing.settle(due.lee, {"messages_by": "apprise"})
        first = send(due.dana)
        due.clock.advance(sending.WAITS[0])
        second = send(due.dana)
        server.shutdown()
    assert first is not None
    assert second is not None
    assert (first.fate, second.fate) == (Fate.WAITING, Fate.SENT)
    assert "desk" in asked[1][0]
    assert "Ana Ruiz comes to Main office" in asked[1][1]


def test_without_apprise_it_is_said(due: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(NotSent, match="Apprise is not installed"):
        transports.by_apprise(["json://x"], Letter("a@b.example", "s", "t", "k"), lambda: None)


def test_every_due_message_is_dealt_with(due: Office, post: PostOffice) -> None:
    due.go("14:30")
    arriving.depart(due.ana, "R1")
    fates = [(one.message.about.value, one.fate) for one in post_due(due.dana, current(due.dana))]
    assert fates == [("confirmed", Fate.DROPPED), ("on_the_way", Fate.SENT)]
