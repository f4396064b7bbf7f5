"""The goals of ports, mailslots and the stack: is each met, missed, or not run? What a goal looks at is a table; nothing here measures."""
import cells
import figures
from cells import AGAIN, FUTEX, PEER, SPIN, SYNC, WAYS, trip_name

FEWEST_ROUNDS = 5


class Results:
    """The values of each row of each cell, one a round."""

    def __init__(self, values):
        self.values = values

    def of(self, cell, row):
        """None: not run, or not in enough rounds to tell."""
        values = self.values.get(cell, {}).get(row, [])
        return values if len(values) >= FEWEST_ROUNDS else None


class Part:
    """One condition of a goal: a statistic of the medians of some rows, and its bound."""

    def __init__(self, text, least=None, most=None, of=None, statistic=lambda value: value, decides=True):
        self.text, self.least, self.most, self.of, self.statistic, self.decides = text, least, most, of, statistic, decides

    def bound(self):
        return f'>= {figures.number(self.least)}' if self.least is not None else f'<= {figures.number(self.most)}'

    def judge(self, results):
        columns = [results.of(cell, row) for cell, row in self.of]
        if any(column is None for column in columns):
            return {'text': self.text, 'bound': self.bound(), 'state': 'not run', 'decides': self.decides}
        value, low, high = figures.bootstrap(self.statistic, *columns)
        fine = value >= self.least if self.least is not None else value <= self.most
        return {'text': self.text, 'bound': self.bound(), 'state': 'met' if fine else 'missed', 'value': value, 'low': low, 'high': high,
                'decides': self.decides}


def times_faster(text, cell, least, row=SYNC, peer=PEER, decides=True):
    return Part(text, least=least, of=[(cell, peer), (cell, row)], statistic=lambda a, b: a / b, decides=decides)


def times_slower(text, cell, most, row=SYNC, limit=PEER):
    return Part(text, most=most, of=[(cell, row), (cell, limit)], statistic=lambda a, b: a / b)


def at_most(text, most, cell, row):
    return Part(text, most=most, of=[(cell, row)])


def stack_parts():
    """By bench_stack's rows. Linear and flat are within a quarter and a tenth."""
    read = '4 KiB read'
    none, one, ten, hundred = ((read, row) for row in ('no filter', '1 filter', '10 filters', '100 filters'))
    return [Part('an empty stack, ns more than pread(2)', most=100, of=[none, (read, 'pread(2)')], statistic=lambda a, b: a - b),
            Part('ns a filter, of ten', most=60, of=[ten, none], statistic=lambda a, b: (a - b) / 10),
            Part('a filter of a hundred, as many as one of ten', most=1.25, of=[hundred, ten, none], statistic=lambda h, t, n: (h - t) / 90 / max((t - n) / 10, 1e-3)),
            Part('with 1 000 volumes, of one', most=1.1, of=[(read, 'no filter, 1 000 volumes'), none], statistic=lambda a, b: a / b),
            Part('with 100 000 open files, of one', most=1.1, of=[(read, 'no filter, 100 000 open files'), none], statistic=lambda a, b: a / b),
            Part('(the first filter, ns)', most=60, of=[one, none], statistic=lambda a, b: a - b, decides=False)]


def parts():
    two, awake, one = trip_name(place='two'), trip_name(place='two', load='awake'), {s: trip_name(size=s, place='one') for s in cells.SIZES}
    sparse, sparse_2 = trip_name(gap=1000), trip_name(gap=1000, readers=2)
    return {
        'G1': [times_faster('quiet: times faster than SEQPACKET', two, 100), times_faster('CPUs awake: times faster', awake, 60),
               times_slower('of the spinning limit', two, 2, limit=SPIN)],
        'G2': [times_faster(cells.bytes_text(size), trip_name(size=size, place='two'), least)
               for size, least in ((4096, 40), (65536, 4), (1 << 20, 1.5))],
        'G3': [times_faster(cells.bytes_text(size), one[size], least) for size, least in ((64, 1.6), (4096, 1.6), (65536, 1.8), (1 << 20, 1.15))] +
              [times_slower(cells.bytes_text(size) + ' of the futex limit', one[size], 1.2, limit=FUTEX) for size in cells.SIZES],
        'G5': [times_faster('1 ms between requests, a reader for each CPU', sparse_2, 2),
               times_faster('(with one reader, for comparison)', sparse, 2, decides=False),
               at_most('1 000 idle clients: % of a CPU in the manager', 0.05, cells.IDLE, 'manager: % of a CPU'),
               at_most('KiB of the manager for each', 64, cells.IDLE, 'manager: KiB a connection')],
        'G6': [times_faster("times SEQPACKET's round trips a second", trip_name(senders=4, readers=4), 15)],
        'G7': [times_slower(f'{cells.PLACES[place]}: of the synchronous reader', trip_name(place=place), 1.5, row=WAYS['completion'], limit=SYNC)
               for place in cells.PLACES],
        'G8': [times_faster(f'{cells.bytes_text(size)}, {cells.PLACES[place]}{what}: {peer}', cells.one_way_name(size, place), least, row=row, peer=peer)
               for size, place, least, peers in ((64, 'one', 2, ('datagram', cells.WINE_SLOT)), (64, 'two', 5, ('datagram', cells.WINE_SLOT)),
                                                 (65536, 'one', 1.3, ('datagram',)), (65536, 'two', 1.3, ('datagram',)))
               for row, what in ((cells.SLOT, ''), (cells.FILTERED_SLOT, ', one filter')) for peer in peers],
        'G9': [at_most('connect + disconnect, one CPU, us', 80, cells.CONNECT.format(cells.PLACES['one']), 'port'),
               Part('a killed reader: wake-ups later than SEQPACKET tells', most=1, statistic=lambda own, peer, wake: (own - peer) / wake,
                    of=[(cells.KILLED.format(cells.PLACES['any']), SYNC), (cells.KILLED.format(cells.PLACES['any']), PEER), (two, FUTEX)])],
        'G10': stack_parts(),
    }


def judge(name, its_parts, results):
    """A goal is met when all its parts are; missed when one is, whatever was not run."""
    judged = [part.judge(results) for part in its_parts]
    states = [part['state'] for part in judged if part['decides']]
    state = 'missed' if 'missed' in states else 'not run' if 'not run' in states else 'met'
    return {'goal': name, 'state': state, 'parts': judged}


def worse(results, cell, row, than):
    """None: not run. Else whether the whole interval of how much faster the row is than the peer lies below 0.95, and that interval."""
    own, peer = results.of(cell, row), results.of(cell, than)
    if own is None or peer is None:
        return None
    value, low, high = figures.ratio(peer, own)
    return high < 0.95, value, low, high


def never_worse(results):
    """G4. The noise is SEQPACKET against itself, by the same rule."""
    names = [trip_name(**conditions) for conditions in cells.matrix()]
    found = {name: worse(results, name, SYNC, PEER) for name in names}
    run = {name: what for name, what in found.items() if what}
    noise = [what for what in (worse(results, name, AGAIN, PEER) for name in names) if what]
    failing = sorted((name for name, what in run.items() if what[0]), key=lambda name: run[name][1])
    state = 'missed' if failing else 'met' if len(run) == len(names) else 'not run'
    judged = []
    if run:
        lowest = min(run, key=lambda name: run[name][1])
        _, value, low, high = run[lowest]
        judged.append({'text': f'{len(names)} cells, {len(run)} run, {len(failing)} worse; SEQPACKET against itself: {sum(w[0] for w in noise)} worse. '
                       f'Lowest: {lowest}', 'bound': '>= 0.95', 'state': state, 'value': value, 'low': low, 'high': high, 'decides': True})
    return {'goal': 'G4', 'state': state, 'parts': judged, 'failing': [{'cell': name, 'value': run[name][1], 'low': run[name][2], 'high': run[name][3]}
                                                                  for name in failing]}


def evaluate(values):
    results = Results(values)
    table = parts()
    judged = []
    for number in range(1, 11):
        name = f'G{number}'
        judged.append(never_worse(results) if name == 'G4' else judge(name, table[name], results))
    return judged


def lines(goals):
    """`G1 met`, `G1 missed` or `G1 not run`, then what it stands on."""
    texts = []
    for goal in goals:
        texts.append(f'{goal["goal"]} {goal["state"]}')
        for part in goal['parts']:
            if 'value' in part:
                texts.append(f'    {part["text"]}: {figures.with_interval(part["value"], part["low"], part["high"])}, goal {part["bound"]}'
                             f'{"" if part["state"] == "met" or not part["decides"] else ": " + part["state"]}')
            elif part['text']:
                texts.append(f'    {part["text"]}: not run, goal {part["bound"]}')
    return texts
