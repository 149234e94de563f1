"""What a reply says: the text above what it quotes, and whether that is a plain yes or a no.

A yes confirms an appointment, so only what can mean nothing else is one; anything else is read by a person.
"""

from __future__ import annotations

import re
import unicodedata

from dispatch.mail.html_text import QUOTE_LINE, words_of

_QUOTE_BEGINS = re.compile(
    "|".join(
        (
            r">",
            rf"{QUOTE_LINE}|-{{3,}} ?(original message|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original)",  # noqa: E501  one expression
            r"(on|am|le|el|op|il) .{4,200}(wrote|schrieb|a écrit|escribió|schreef|ha scritto)[^\n]{0,120}:\s*$",
            r"_{10,}\s*$",
        )
    ),
    re.IGNORECASE,
)
_HEADER_OF_QUOTE = re.compile(r"\*?(from|von|de|van|da)\s?:\*? .*@", re.IGNORECASE)
_HEADER_BELOW = re.compile(
    r"\*?(sent|gesendet|envoyé|enviado|verzonden|date|datum|to|an|subject|betreff)\s?:", re.IGNORECASE
)
_SIGNATURE = re.compile(
    r"--\s*$|(sent from|von meinem|gesendet von|envoyé de|enviado desde|get outlook for) ?.*$", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_YES = words_of("yes yep yeah ok okay okey confirmed confirm ja jawohl oui si da certo conferma confirmo")
_NO = words_of("no nope nein non nee cancel cancelled decline declined storno absagen leider")
_BESIDE_YES = words_of(
    """
    please thanks thank you thx great perfect good fine works work that this it is s that's it's for me us we i
    will be there see then the time appointment all set sure absolutely gerne danke vielen dank passt gut prima
    bitte perfekt super einverstanden bestätigt merci beaucoup parfait d'accord accord gracias perfecto vale dank
    je prima grazie va bene hello hi hallo dear bonjour hola regards kind best mit freundlichen grüßen grüsse gruß
    viele liebe cordialement saludos cheers many
    """
)
_MOST_WORDS = 40


def above_quote(text: str) -> str:
    """What somebody wrote themselves: the text above what it quotes, without a signature that is marked as one."""
    lines = text.split("\n")
    kept: list[str] = []
    for at, line in enumerate(lines):
        stripped = line.strip()
        joined = f"{stripped} {lines[at + 1].strip()}" if at + 1 < len(lines) else stripped
        if _QUOTE_BEGINS.match(stripped) or _wrapped_attribution(stripped, joined):
            break
        if _HEADER_OF_QUOTE.match(stripped) and any(
            _HEADER_BELOW.match(other.strip()) for other in lines[at + 1 : at + 5]
        ):
            break
        if _SIGNATURE.fullmatch(stripped) or line.rstrip("\r") == "-- ":
            break
        kept.append(line)
    return "\n".join(kept).strip()


def _wrapped_attribution(line: str, joined: str) -> bool:
    """Whether a line and the next are one `On …, X wrote:` that was broken."""
    return bool(re.match(r"(on|am|le|el|op|il)\b.*\d", line, re.IGNORECASE) and _QUOTE_BEGINS.match(joined))


def says(text: str, names: str = "") -> str:
    """`yes` where a reply says yes and nothing else, `no` where it begins with a no; else empty.

    Args:
        text: above what it quotes.
        names: of who wrote it, and of their firm: they may stand below.
    """
    words = [_plain(word) for word in _WORD.findall(text)]
    if not words:
        return ""
    if words[0] in _NO:
        return "no"
    beside = _BESIDE_YES | {_plain(word) for word in _WORD.findall(names)} | {_plain(word) for word in _BESIDE_YES}
    if len(words) > _MOST_WORDS or "?" in text or not any(word in _YES for word in words[:3]):
        return ""
    return "yes" if all(word in _YES or word in beside for word in words) else ""


def _plain(word: str) -> str:
    """A word without case and accents: sí is si."""
    decomposed = unicodedata.normalize("NFD", word.casefold().replace("’", "'"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
