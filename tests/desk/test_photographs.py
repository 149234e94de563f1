"""The photographs of a service report: sizes, several, upright, and what a phone calls HEIC."""

from __future__ import annotations

import base64
import dataclasses
import io
import sys

import pytest
from PIL import Image

from dispatch.desk.closeout import evidence, finding
from dispatch.desk.reports import photographs
from dispatch.desk.reports.document import Section
from dispatch.desk.reports.service import service_report
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.visits import pictures
from dispatch.desk.visits.handed_in import content
from tests.desk.conftest import Office
from widgets.terminal.picture import draw

HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAA"
    "AAAERAAAIAAQAAAAAB4gABAAAAAAAAAHwAAgAAAAACXgABAAAAAAAAACQAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVp"
    "bmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGE"
    "ABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA"
    "AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAIAAAAAEAAAAAAAAAAv///+AAAAACAAAAEH"
    "BpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAAqG1kYXQAAAB4KAGvWIeoJyS/"
    "/7OH/+00kPO5ait+iQSLwn5/p4l0NYXqswnACj+P8vMeZA7hc7HB5nIc9pzX3i4bj4/cye/3cRrc3cioPR3gATO3S9qr7clTbWIl9x/CWX6vQ8"
    "D1W9p6+JiunjoWgMABt5gjOGNTseTlZNmIFbUgAAAABkV4aWYAAE1NACoAAAAIAAEBEgADAAAAAQAGAAAAAAAA"
)
"""64 × 32, its first quarter red, as pillow-heif writes it."""
TURNED = 6
"""EXIF: the first row is the right side, as of a phone that was held upright."""


@pytest.fixture(autouse=True)
def nothing_made_before() -> None:
    pictures.fitted.cache_clear()


def jpeg(width: int, height: int, orientation: int = 1) -> bytes:
    """White, with its left fifth red."""
    image = Image.new("RGB", (width, height), "white")
    image.paste((200, 0, 0), (0, 0, width // 5, height))
    exif = Image.Exif()
    exif[0x112] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def section(office: Office) -> Section:
    return next((one for one in service_report(office.ana, "R1").sections if one.title == "Photographs"), Section(""))


def shown(office: Office) -> list[Image.Image]:
    pictures = [picture.data.partition(";base64,") for picture in section(office).pictures]
    return [Image.open(io.BytesIO(base64.b64decode(data))) for _, _, data in pictures]


def hand_in(office: Office, *data: bytes) -> None:
    office.on_site()
    named = [(f"IMG_{number}.jpg", io.BytesIO(one)) for number, one in enumerate(data)]
    evidence.attach_all(office.ana, "R1", "A1", named)


def red(pixel: object) -> bool:
    assert isinstance(pixel, tuple)
    return bool(pixel[0] > 150 > pixel[1])


def test_large_ones_are_made_smaller_and_stand_upright(office: Office) -> None:
    original = jpeg(4000, 3000, TURNED)
    hand_in(office, original, jpeg(300, 200), jpeg(300, 200, TURNED))
    large, small, turned = shown(office)
    assert large.size == (1200, 1600)
    assert (red(large.getpixel((600, 20))), red(large.getpixel((20, 1500)))) == (True, False)
    assert large.getexif().get(0x112, 1) == 1, "nobody turns it once more"
    assert (small.size, turned.size) == ((300, 200), (200, 300))
    assert content(office.ana, "R1", "IMG_0.jpg")[1] == original, "what was handed in stays"


def test_a_page_has_many(office: Office) -> None:
    hand_in(office, *(jpeg(2400 + number, 1800) for number in range(12)))
    assert len(shown(office)) == 12
    assert sum(len(picture.data) for picture in section(office).pictures) < photographs.MOST


def test_a_phones_heic_becomes_a_jpeg_for_the_page(office: Office) -> None:
    hand_in(office, HEIC)
    (picture,) = shown(office)
    assert (picture.format, picture.size) == ("JPEG", (64, 32))
    assert (red(picture.getpixel((5, 5))), red(picture.getpixel((50, 5)))) == (True, False)


def test_without_the_extra_a_heic_is_counted_and_a_jpeg_goes_as_it_is(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(office, HEIC, jpeg(2000, 1000))
    monkeypatch.setitem(sys.modules, "PIL", None)
    found = section(office)
    assert found.paragraphs == ("1 photograph more is with us.",)
    assert [picture.data[:16] for picture in found.pictures] == ["data:image/jpeg;"]


@pytest.mark.parametrize("data", [HEIC[:400], b"\0\0\0\x18ftypheic" + b"x" * 50])
def test_a_broken_one_is_counted(office: Office, data: bytes) -> None:
    hand_in(office, data)
    assert section(office).paragraphs == ("1 photograph more is with us.",)


def test_nothing_that_is_too_large_is_decoded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "LARGEST", 10_000)
    hand_in(office, jpeg(200, 100))
    assert section(office).pictures == ()


def test_a_photograph_of_a_finding_says_so(office: Office) -> None:
    hand_in(office, jpeg(30, 20))
    finding.add(office.ana, "R1", {"what": "a cable across the floor", "severity": "low", "photo": "IMG_0.jpg"})
    (picture,) = section(office).pictures
    assert picture.caption.startswith("finding 1, a cable across the floor, ")


def test_a_picture_is_drawn_in_the_terminal(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("textual_image", reason="needs textual-image: install the extra pictures")
    plain = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(plain, "PNG")
    hand_in(office, jpeg(300, 200), plain.getvalue())
    drawn = []
    for name in ("IMG_0.jpg", "IMG_1.jpg"):
        assert draw(pictures.picture(office.ana, "R1", name)[1]) == ""
        drawn.append(capsys.readouterr().out.splitlines())
    assert all(len(lines) > 3 for lines in drawn)
    assert drawn[0] != drawn[1], "the red fifth is seen"
    with pytest.raises(NotAllowed, match="SSH"):
        pictures.picture(dataclasses.replace(office.ana, key_id=1), "R1", "IMG_0.jpg")


def test_what_cannot_be_drawn_is_said(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(office, b"no picture at all, but words", b"\xff\xd8\xff\xe0 no photograph", jpeg(600, 400))
    with pytest.raises(Refusal, match="is no picture that can be shown here"):
        pictures.picture(office.ana, "R1", "IMG_0.jpg")
    monkeypatch.setattr(pictures, "LARGEST", 600 * 400 - 1)
    with pytest.raises(Refusal, match="is no picture that can be shown here"):
        pictures.picture(office.ana, "R1", "IMG_2.jpg")
    broken = pictures.picture(office.ana, "R1", "IMG_1.jpg")[1]
    monkeypatch.setitem(sys.modules, "textual_image.renderable", None)
    assert "with the extra `pictures`" in draw(broken)
    monkeypatch.undo()
    pytest.importorskip("textual_image", reason="needs textual-image: install the extra pictures")
    assert "it is broken" in draw(broken)
    assert not capsys.readouterr().out
