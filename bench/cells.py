"""What is measured: cells (conditions), in each of them rows (who was measured), each row a command that prints one line of JSON. Cells are asked for by groups;
the same conditions asked for by two groups are one cell."""
import os

SIZES = [64, 4096, 65536, 1 << 20]
PLACES = {'one': 'one CPU', 'two': 'two CPUs', 'any': 'unpinned'}
LOADS = {'quiet': 'quiet', 'awake': 'CPUs kept awake', 'hogs': 'two CPU hogs'}
SYNC = 'FltSendMessage'
PEER, AGAIN = 'SEQPACKET', 'SEQPACKET again'
FUTEX, SPIN = 'futex limit', 'spinning limit'
PEERS = [PEER, 'stream', 'datagram', 'pipes', 'POSIX mq', 'eventfd + memory', FUTEX, SPIN, 'sd-bus direct', 'ZeroMQ REQ/REP', 'nng REQ/REP']
SLOT, FILTERED_SLOT, WINE_SLOT, WINE_PIPE = 'mailslot', 'mailslot, one filter', 'Wine mailslot', 'Wine named pipe'
KILLED, CONNECT = '{}: a reader that is killed', '{}: connect + disconnect'
IDLE = '1 000 idle connections'
IDLE_KEYS = {'manager: KiB a connection': 'manager_kib', 'clients: KiB a connection': 'clients_kib', 'manager: % of a CPU': 'manager_cpu',
             'clients: % of a CPU': 'clients_cpu'}
CONNECTS_KEYS = {'FilterConnectCommunicationPort + CloseHandle': 'us', 'the first thousand of them': 'first', 'the last thousand': 'last'}
LACKING = {'sd-bus direct': 'libsystemd-dev', 'ZeroMQ REQ/REP': 'libzmq3-dev', 'nng REQ/REP': 'libnng-dev'}
WAYS = {'sync': SYNC, 'overlapped': 'overlapped get', 'completion': 'completion port', 'send': 'FilterSendMessage'}


def bytes_text(size):
    for unit, name in ((1 << 20, 'MiB'), (1 << 10, 'KiB')):
        if size >= unit and size % unit == 0:
            return f'{size // unit} {name}'
    return f'{size} B'


def gap_text(gap):
    return f'{gap // 1000} ms' if gap >= 1000 else f'{gap} us' if gap else '0'


class Cell:
    def __init__(self, name, load='quiet', unit='us', key='us'):
        self.name, self.load, self.unit, self.key = name, load, unit, key
        self.groups, self.rows = set(), {}
        self.keys = {}  # rows that one command measures together: the name of each, and its key in the line of JSON

    def add(self, row, command):
        self.rows.setdefault(row, command)

    def columns(self, row):
        """What a row's samples hold: (name, key)."""
        return list(self.keys.items()) or [(row, self.key)]


def trip_name(size=64, place='any', load='quiet', senders=1, readers=1, gap=0):
    """The conditions of a round trip, as a text that is also what goals look them up by."""
    return f'{bytes_text(size)}, {PLACES[place]}, {LOADS[load]}, {senders} x {readers}, gap {gap_text(gap)}'


class Plan:
    def __init__(self, programs, built, milliseconds=80, with_wine=False):
        self.programs, self.built, self.milliseconds, self.with_wine = programs, built, milliseconds, with_wine
        self.cells, self.not_run = {}, {}

    def cell(self, group, name, **more):
        cell = self.cells.setdefault(name, Cell(name, **more))
        cell.groups.add(group)
        return cell

    def options(self, size, place, load, senders, readers, gap):
        # a hog's slice is milliseconds: a sample must see many of them
        milliseconds = self.milliseconds * (3 if load == 'hogs' else 1)
        return ['--size', size, '--place', place, '--senders', senders, '--readers', readers, '--gap', gap, '--ms', milliseconds]

    def peer(self, name, options):
        return [self.programs + '/bench_peers', name.removesuffix(' again'), *options]

    def port(self, way, options):
        return [self.programs + '/bench_port', self.programs + '/bench_port_client', '--way', way, *options]

    def wine(self, kind, size, place):
        """None where there is no Wine, or no compiler for it: bench/run says so."""
        program = self.programs + '/wine.exe'
        return [os.path.dirname(os.path.abspath(__file__)) + '/wine-sample', self.programs + '/wine', place, program, kind, size, place,
                self.milliseconds] if self.with_wine else None

    def trip(self, group, rows, size=64, place='any', load='quiet', senders=1, readers=1, gap=0):
        cell = self.cell(group, trip_name(size, place, load, senders, readers, gap), load=load)
        options = self.options(size, place, load, senders, readers, gap)
        ways = {name: way for way, name in WAYS.items()}
        for row in rows:
            if row == SPIN and place != 'two':
                continue  # two that spin need a CPU each
            if 0 < self.built.get(row, 0) < size:
                self.not_run[f'{row}, {bytes_text(size)}'] = f'its messages have at most {self.built[row]} bytes here'
                continue
            cell.add(row, self.port(ways[row], options) if row in ways else self.peer(row, options))
        return cell


def matrix():
    """The conditions of G4."""
    return [{'place': place, 'load': load, 'senders': senders, 'readers': readers, 'gap': gap}
            for place in PLACES for load in ('quiet', 'hogs') for senders in (1, 4) for readers in (1, 2, 4) for gap in (0, 100, 1000)]


def add_peers(plan):
    """Who carries what how fast: all peers, four sizes, three placements."""
    rows = [SYNC, WAYS['send'], AGAIN] + [peer for peer in PEERS if peer in plan.built]
    for size in SIZES:
        for place in PLACES:
            cell = plan.trip('peers', rows, size=size, place=place)
            if plan.with_wine and size <= 65536:
                cell.add(WINE_PIPE, plan.wine('pipe', size, place))
    plan.trip('peers', rows, place='two', load='awake')
    for peer in PEERS:
        if peer not in plan.built:
            plan.not_run[peer] = f'{LACKING.get(peer, peer)} was not there when bench_peers was built'


def add_never_worse(plan):
    for conditions in matrix():
        plan.trip('G4', [SYNC, PEER, AGAIN], **conditions)


def add_ways(plan):
    for place in PLACES:
        plan.trip('ways', [SYNC, WAYS['overlapped'], WAYS['completion']], place=place)
        plan.trip('ways', [SYNC, WAYS['overlapped'], WAYS['completion']], place=place, senders=4, readers=4)


def one_way_name(size, place):
    return f'one way, {bytes_text(size)}, {PLACES[place]}'


def add_mailslots(plan, sizes=(64, 4096, 65536), places=('one', 'two')):
    for size in sizes:
        for place in places:
            cell = plan.cell('mailslots', one_way_name(size, place))
            options = ['--size', size, '--place', place, '--ms', plan.milliseconds]
            for row, way in ((SLOT, 'empty'), (FILTERED_SLOT, 'filter')):
                cell.add(row, [plan.programs + '/bench_slot', plan.programs + '/bench_slot_client', '--way', way, *options])
            for peer in ('datagram', PEER, 'POSIX mq'):
                if size <= (plan.built.get(peer, 0) or size):
                    cell.add(peer, plan.peer(peer, ['--way', 'one-way', *options]))
            if plan.with_wine:
                cell.add(WINE_SLOT, plan.wine('slot', size, place))


def add_life(plan, connects=10000, idle=1000):
    """Connections that come and go, those whose reader is killed, and those that do nothing."""
    for place in ('one', 'any'):
        for text, way, count in ((CONNECT, 'connect', 300), (KILLED, 'kill', 1)):
            options = ['--place', place, '--connections', count if connects > count else 1]
            cell = plan.cell('life', text.format(PLACES[place]))
            cell.add(SYNC if way == 'kill' else 'port', plan.port(way, options))
            cell.add(PEER, plan.peer(PEER, ['--way', way, *options]))
    plan.trip('life', [FUTEX], place='two')
    many = plan.cell('life', f'{connects} connects, one CPU')
    many.keys = CONNECTS_KEYS
    many.add('port', plan.port('connect', ['--place', 'one', '--connections', connects]))
    cell = plan.cell('life', IDLE, unit='KiB, %')
    cell.keys = IDLE_KEYS
    cell.add('idle', plan.port('idle', ['--connections', idle, '--ms', 4000]))


def add_scale(plan):
    for count in (1, 10, 100, 1000):
        for place in ('one', 'any'):
            options = plan.options(64, place, 'quiet', 1, 1, 0)
            plan.cell('scale', f'traffic on {count} connections, {PLACES[place]}').add(SYNC, plan.port('sync', ['--connections', count, *options]))
        options = plan.options(64, 'one', 'quiet', 1, 1, 0)
        plan.cell('scale', f'{count} ports, one CPU').add(SYNC, plan.port('sync', ['--ports', count, *options]))
    for size in SCALE_SIZES:
        plan.trip('scale', [SYNC] + [PEER] * (size <= 1 << 20), size=size, place='one')


SCALE_SIZES = [64 << shift for shift in range(0, 19, 2)]
GROUPS = {'peers': 'all peers, 64 B to 1 MiB', 'G4': 'never worse than SEQPACKET: 108 cells', 'ways': 'synchronous, overlapped, completion port',
          'mailslots': 'messages one way', 'life': 'connections that come, go, die, or do nothing', 'scale': 'many connections, many ports, large messages'}
# In under two minutes: what G1 to G3 and G5 to G7 look at first, and the worst corners of G4.
QUICK = [{'place': 'two'}, {'place': 'two', 'load': 'awake'}, {'place': 'one'}, {'place': 'any'}, {'place': 'any', 'gap': 1000},
         {'place': 'any', 'gap': 1000, 'readers': 2}, {'place': 'any', 'senders': 4, 'readers': 4}, {'place': 'any', 'load': 'hogs'},
         {'place': 'two', 'load': 'hogs'}, {'place': 'one', 'load': 'hogs'}, {'size': 65536, 'place': 'two'}, {'size': 1 << 20, 'place': 'two'}]


def add_smoke(plan):
    """Every kind of row once, as short as can be: does it run? Not how fast."""
    for size in (64, 1 << 20):
        plan.trip('smoke', list(WAYS.values()) + list(plan.built), size=size)
    plan.trip('smoke', [SPIN], place='two')
    plan.trip('smoke', [SYNC, WAYS['completion'], PEER, 'datagram'], place='one', load='hogs', senders=4, readers=4, gap=100)
    plan.trip('smoke', [SYNC], place='two', load='awake')
    add_mailslots(plan, sizes=(64, 65536), places=('two',))
    add_life(plan, connects=1001, idle=110)  # more, one after the other, than there may be at a time
    plan.cell('smoke', 'two connections of three ports').add(SYNC, plan.port('sync', ['--connections', 2, '--ports', 3, '--ms', 10]))


def make(programs, groups, built, milliseconds, quick=False, smoke=False, with_wine=False):
    """built: the peers that there are, each with its largest message in bytes, or 0."""
    plan = Plan(programs, built, milliseconds, with_wine)
    if smoke:
        add_smoke(plan)
        return plan
    if quick:
        for conditions in QUICK:
            rows = [SYNC, PEER, AGAIN, FUTEX, SPIN] if conditions.get('senders', 1) == conditions.get('readers', 1) == 1 else [SYNC, PEER, AGAIN]
            plan.trip('quick', rows + ([WAYS['completion']] if conditions == {'place': 'two'} else []), **conditions)
        return plan
    if 'peers' in groups:
        add_peers(plan)
    if 'G4' in groups:
        add_never_worse(plan)
    for group, add in (('ways', add_ways), ('mailslots', add_mailslots), ('life', add_life), ('scale', add_scale)):
        if group in groups:
            add(plan)
    return plan
