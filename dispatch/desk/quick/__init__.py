"""A request in one line: `harbor printer jam 45m tomorrow 9-11 p2 +server #restart`.

What the line may hold beside the work, each at most once where one is enough, in any order:

| written | is |
| --- | --- |
| some letters of its name, at the start or at the start of a name anywhere | the client |
| `/ware` or `@ware` | the site, where the client has more than one |
| `45m`, `1h`, `1h30`, `1.5h`, `90 min` | how long |
| `3 days`, `3d` | on how many days, each so long |
| `today`, `tue`, `24 nov`, `31.12.`, `2026-11-24`, `+1` | the wanted day |
| `latest fri` | the last day on which it may be done |
| `9-11`, `09:00-11:00`, `2-4pm`, `10pm-1am` | the promised window |
| `p1` … `p4` | the priority |
| `!`, `emergency` | an emergency, of priority P1 unless another is written |
| `+server` | a skill that it needs |
| `#many` | a tag |
| `&ladder` | equipment that the vehicle has to carry |
| `x2`, `x2+cabling` | two people at the same time; the other one with a skill |
| `after R4001`, `after R4001 +1h same day` | not before that visit is over; so long after it, on the `same day` or a `later day` |
| `via depot`, `via depot 15m` | a stop at the depot before it, with the minutes there |
| `~ana` | the preferred technician |
| `by Jane Lowe` | who reported it (names begin with a capital) |
| `"10-11"` | work, whatever it looks like |

Everything else is the work. Nothing is guessed: what is missing, or has two readings, is a problem in words.
"""
