"""Handing out and erasing what is kept of a client, as a lead at a shell."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from tests.conftest import Dispatch

CLIENT = "Violet Dental"


def test_a_client_is_handed_out_looked_at_and_erased(firm: Dispatch, tmp_path: Path) -> None:
    firm.ok(
        "client",
        "edit",
        CLIENT,
        "--contacts",
        "Ina Marmot; +1 614 555 0188; ina@marmot.example",
        "--notes",
        "likes kumquats",
    )
    out = tmp_path / "violet.zip"
    assert "client 1, contact 1" in firm.ok("client", "export", CLIENT, "--out", str(out))
    with zipfile.ZipFile(out) as archive:
        told = json.loads(archive.read("client.json"))
    assert (told["client"][0]["notes"], told["contact"][0]["phone"]) == ("likes kumquats", "+1 614 555 0188")
    assert any("Ina Marmot" in json.dumps(row["detail"]) for row in told["audit"])

    refused = firm("contact", "erase", CLIENT, "Ina")
    assert (refused.code, "Ina Marmot has to be typed once more" in refused.err) == (1, True)
    outlook = firm.ok("contact", "erase", CLIENT, "Ina", "--check")
    assert "“likes kumquats”" not in outlook
    seen = json.loads(firm.ok("contact", "erase", CLIENT, "Ina", "--also", "kumquats", "--check", "--json"))
    assert seen["changed"] == [{"table": "client", "text": "likes kumquats", "without": "likes (erased)"}]
    firm.ok("contact", "erase", CLIENT, "Ina", "--name", "Ina Marmot")
    assert "Marmot" not in firm.ok("client", "show", CLIENT)
    check = json.loads(firm.ok("client", "erase", CLIENT, "--check", "--json"))
    assert (check["client"], check["counts"]["client"]) == (CLIENT, 1)
    for reference in check["open_visits"]:
        firm.ok("visit", "cancel", reference, "--reason", "they left us")
    for agreement in check["agreements"]:
        refused = firm("client", "erase", CLIENT, "--name", CLIENT)
        assert f"{CLIENT} has an agreement: {agreement}. End it first." in refused.err
        firm.ok("agreement", "end", CLIENT, "--on", "2026-11-23")
    said = firm("client", "erase", CLIENT, "--name", CLIENT)
    if mark := re.findall(r"--confirm (\w+)", said.err):
        said = firm("client", "erase", CLIENT, "--name", CLIENT, "--confirm", mark[0])
    assert (said.code, said.out) == (
        0,
        f"{CLIENT} is erased. Backups and older copies still have it: docs/operating.md says which.\n",
    )
    assert CLIENT not in firm.ok("client", "list")
    firm.ok("audit", "verify")
    assert "nothing is owed" in firm("doctor").out
    assert firm.ok("client", "erase", "--finish") == "Nothing was left to finish.\n"
    assert firm.ok("client", "erase", "--due") == "Nobody.\n"
    assert firm("client", "erase", CLIENT, "--name", CLIENT).code == 1
