"""`smb host:port`: a file server answers, and which version of SMB it speaks ([MS-SMB2] 2.2.3, 2.2.4). Nobody signs in."""

from __future__ import annotations

import struct

from dispatch.closeout.probes.deadline import Deadline, ProbeFault, Seen, received
from dispatch.closeout.probes.vantage import Dialer
from dispatch.model.probes import Probe

_DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2"}
_HEADER = struct.pack("<4sHHIHHIIQIIQ16s", b"\xfeSMB", 64, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, b"")
_NEGOTIATE = struct.pack(f"<HHHHI16sQ{len(_DIALECTS)}H", 36, len(_DIALECTS), 1, 0, 0, b"", 0, *_DIALECTS)
_LEAST, _MOST = 64 + 6, 64 * 1024
_SIGNING_REQUIRED = 2


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""
    with dialer.open(probe.host, probe.port, deadline, local=probe.local) as connection:
        deadline.doing = "waiting for the answer of the file server"
        sent = _HEADER + _NEGOTIATE
        connection.send(len(sent).to_bytes(4, "big") + sent)
        head = connection.exactly(4)
        length = int.from_bytes(head[1:], "big")
        if head[0] != 0 or not _LEAST <= length <= _MOST:
            raise ProbeFault(f"answered with “{received(head)}”, which is no SMB")
        body = connection.exactly(_LEAST)
    if body[:4] != b"\xfeSMB":
        raise ProbeFault(f"answered with “{received(body[:8])}”, which is no SMB 2 or 3")
    status = int.from_bytes(body[8:12], "little")
    if status:
        raise ProbeFault(f"the file server refuses, status 0x{status:08x}")
    _, mode, dialect = struct.unpack("<HHH", body[64:70])
    signed = ", signing required" if mode & _SIGNING_REQUIRED else ""
    return Seen(f"the file server answers, SMB {_DIALECTS.get(dialect, f'0x{dialect:04x}')}{signed}")
