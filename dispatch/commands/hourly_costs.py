"""`dispatch technician cost`: what technicians' hours cost."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.commands.declared import acts
from dispatch.commands.options import JSON, Args, User, option
from dispatch.commands.printing import Answer
from dispatch.commands.typed import TECHNICIAN, day_or_today
from dispatch.lazily import lazily

with lazily(__name__):
    from dispatch.desk.figures import earnings, hourly_costs
    from dispatch.desk.figures.hourly_costs import CostNow
    from dispatch.desk.texts import cost_words


@acts(
    "cost",
    "what an hour of technicians costs the firm, or say it: leads only",
    option(
        "amount", "AMOUNT", "in the firm's currency, for example 42.50; -: none (default: what is known)", nargs="?"
    ),
    option("--technician", "NAME", "whose (default: of all who have none of their own)", reads=TECHNICIAN),
    option("--from", "DAY", "from which day on (default: today)", reads=day_or_today, dest="since"),
    option("--reason", "WHY", "why what was known of days that are over changes", default=""),
    JSON,
    about="What hours cost counts in revenue and margin (report margin). What was known of days that are over changes only with a "
    "reason.",
)
def _cost(user: User, args: Args) -> Answer:
    if args.amount is None:
        found: Sequence[CostNow] = hourly_costs.costs_now(user)
    else:
        found = [hourly_costs.say_cost(user, args.technician, args.amount, args.since, args.reason)]
    money = earnings.firms_money(user.store)
    return Answer(
        found,
        lambda found: [cost_words.cost_form(one, money) for one in found],
        lambda found: [cost_words.cost_line(one, money) for one in found],
    )


DEEDS = (_cost,)
