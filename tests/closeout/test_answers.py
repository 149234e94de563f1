"""What an answer means."""

from __future__ import annotations

import pytest

from dispatch.closeout.answers import WHO, WHY, leaves_to_client, says_nothing, says_something, tells


@pytest.mark.parametrize(
    "answer",
    [
        *("nothing", "Nothing.", " NO ", "none!", "nothing else", "No, thanks.", "nothing  else …", "no; nothing else"),
        *(
            "Nichts.",
            "nein, danke",
            "rien d’autre",
            "Non, merci.",
            "nada más",
            "No, gracias",
            "Nient'altro",
            "verder niets",
        ),
    ],
)
def test_nothing(answer: str) -> None:
    assert says_nothing(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "...",
        "no scanner",
        "nothing works at reception",
        "none of the printers",
        "scanner at reception is slow",
        "nichts geht mehr",
    ],
)
def test_not_nothing(answer: str) -> None:
    assert not says_nothing(answer)


@pytest.mark.parametrize(
    ("text", "something"), [("", False), (" – …", False), ("-", False), ("no", True), ("是", True)]
)
def test_something(text: str, something: bool) -> None:
    assert says_something(text) is something


@pytest.mark.parametrize(
    "text",
    [
        "client will reboot tonight",
        "Client to reboot tonight",
        "The customer must still move the files",
        "they'll install the driver",
        "she can restart it tomorrow",
        "users need to sign in again",
        "the office manager is going to call the vendor",
        "restart is up to the client",
        "left to the client",
        "server to be rebooted by the client",
        "told the client to swap the tape",
        "owner agreed to reboot it",
        "all done;\nclient\nwill reboot",
    ],
)
def test_left_to_the_client(text: str) -> None:
    assert leaves_to_client(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "shown to J. Lowe, everything runs",
        "we will come back on Tuesday for the switch",
        "client can sign in and print",
        "the users can now work again",
        "tested by the client at her desk",
        "client will not have to do anything",
        "client agreed to the rough finish",
        "client is happy to sign",
        "told the client we will come back",
    ],
)
def test_nothing_is_left_to_the_client(text: str) -> None:
    assert not leaves_to_client(text)


@pytest.mark.parametrize(
    ("text", "least", "said"),
    [
        ("ill", WHY, True),
        ("停電中", WHY, True),
        ("the client's wish", WHY, True),
        ("Jo", WHO, True),
        ("555 0199", WHO, True),
        ("ok", WHY, False),
        ("J.", WHO, False),
        ("…", WHO, False),
        ("xxx", WHY, False),
        ("- - -", WHY, False),
        ("Nobody.", WHO, False),
        ("no one", WHO, False),
        ("N/A", WHO, False),
        ("None", WHY, False),
    ],
)
def test_a_reason_and_a_name_tell_something(text: str, least: int, said: bool) -> None:
    assert tells(text, least) is said
