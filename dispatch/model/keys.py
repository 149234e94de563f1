"""Keys over SSH, and the sessions that were begun with them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """A public key of one person. `public_key` is algorithm and body; instants are epoch seconds."""

    id: int
    staff_id: int
    login: str
    name: str
    fingerprint: str
    public_key: str
    added_at: int
    revoked_at: int | None = None
    mouse: bool = False
    technician: bool = False
    """Whether the person has the role: a technician's connection may lend its way into a client's network."""

    @property
    def live(self) -> bool:
        """Whether it still opens a session."""
        return self.revoked_at is None

    @property
    def label(self) -> str:
        """How it is called in the key file and in the audit."""
        return f"K{self.id}"


@dataclass(frozen=True, slots=True)
class SshLogin:
    """One session over SSH, from login to logout. `seen_at` is its last save."""

    id: str
    staff_id: int
    login: str
    name: str
    key_id: int | None
    started_at: int
    seen_at: int
    ended_at: int | None = None
    ended_as: str = ""
