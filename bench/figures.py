"""Medians, bootstrap intervals, and their texts. The rounds of a run are what is drawn again: both sides of a ratio from the same rounds, since they were
measured side by side."""
import random

DRAWS = 2000


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def quantile(values, q):
    ordered = sorted(values)
    return ordered[int(q * (len(ordered) - 1) + 0.5)]


def bootstrap(statistic, *columns):
    """(value, low, high): the statistic of the columns' medians, and its 95 % interval. Columns are of the same rounds, in the same order."""
    rounds = min(len(column) for column in columns)
    columns = [column[:rounds] for column in columns]
    chance = random.Random(rounds)  # the same figures give the same interval
    drawn = []
    for _ in range(DRAWS):
        picked = [chance.randrange(rounds) for _ in range(rounds)]
        drawn.append(statistic(*(median([column[i] for i in picked]) for column in columns)))
    return statistic(*(median(column) for column in columns)), quantile(drawn, 0.025), quantile(drawn, 0.975)


def interval(values):
    return bootstrap(lambda value: value, values)


def ratio(above, below):
    """How many times `below` goes into `above`: a peer's time by ours is how much faster we are."""
    return bootstrap(lambda a, b: a / b, above, below)


def number(value):
    if value == 0:
        return '0'
    return f'{value:.3g}' if abs(value) < 1000 else f'{value:,.0f}'.replace(',', ' ')


def with_interval(value, low, high):
    return f'{number(value)} [{number(low)} .. {number(high)}]'
