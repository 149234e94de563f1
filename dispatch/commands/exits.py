"""The exit codes of all commands."""

DONE, REFUSED, USAGE, GATES, PARTLY = range(5)
STOPPED = 130
MEANINGS = {
    DONE: "done",
    REFUSED: "refused, and nothing changed; of a check: something is wrong or would be refused",
    USAGE: "the command was not understood",
    GATES: "a close-out refused by its gates, with every reason",
    PARTLY: "an import with --accept-good that left rows out, a hand-in that left visits out, "
    "or branches of which one was not reached",
    STOPPED: "stopped by ctrl+c",
}
