"""The exit codes of all commands."""

DONE, REFUSED, USAGE, GATES, PARTLY = range(5)
STOPPED = 130
MEANINGS = {
    DONE: "done",
    REFUSED: "refused, and nothing changed; of a check: something is wrong or would be refused",
    USAGE: "the command was not understood",
    GATES: "a close-out refused by its gates, with every reason",
    PARTLY: "an import with --accept-good that left rows out, or a hand-in that left visits out",
    STOPPED: "stopped by ctrl+c",
}
