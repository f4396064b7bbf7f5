"""Pictures of the results, drawn by gnuplot where it is installed."""
import shutil
import subprocess

import cells
import figures

STYLE = '''set terminal svg size 900,520 dynamic background "#ffffff" font "sans,13"
set grid lc rgb "#dddddd"
set border lc rgb "#888888"
'''
COLORS = ['#d62728', '#1f77b4', '#2ca02c', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f', '#bcbd22', '#17becf', '#ff7f0e', '#393b79', '#637939', '#843c39']


def plot(script, directory, name):
    path = f'{directory}/{name}.svg'
    done = subprocess.run(['gnuplot'], input=f'{STYLE}set output "{path}"\n{script}', text=True, capture_output=True, check=False)
    return path if done.returncode == 0 else f'{path}: gnuplot failed: {done.stderr.strip()[:200]}'


def medians(result):
    return {cell['cell']: {row['row']: figures.median(row['values']) for row in cell['rows'] if row['values']} for cell in result['cells']}


def block(name, points):
    return f'${name} << EOD\n' + '\n'.join(' '.join(str(value) for value in point) for point in points) + '\nEOD\n'


def lines_of(curves, title, x, y, extra=''):
    """curves: {name: [(x, y), ...]} on logarithmic axes."""
    script = f'set title "{title}"\nset xlabel "{x}"\nset ylabel "{y}"\nset logscale xy\nset key outside right\n{extra}'
    for number, points in enumerate(curves.values()):
        script += block(f'd{number}', points)
    return script + 'plot ' + ', '.join(
        f'$d{n} using 1:2 with linespoints lw {3 if name == cells.SYNC else 1.5} pt 7 ps 0.6 lc rgb "{COLORS[n % len(COLORS)]}" title "{name}"'
        for n, name in enumerate(curves)) + '\n'


def by_size(found, place):
    curves = {}
    for size in cells.SIZES:
        for row, value in found.get(cells.trip_name(size=size, place=place), {}).items():
            if row != cells.AGAIN:
                curves.setdefault(row, []).append((size, value))
    return {row: points for row, points in curves.items() if len(points) > 1}


def never_worse(result):
    """All cells of G4, worst first, each with its interval; and SEQPACKET against itself."""
    found = {cell['cell']: {row['row']: row['values'] for row in cell['rows']} for cell in result['cells']}
    columns = {'own': [], 'noise': []}
    for conditions in cells.matrix():
        rows = found.get(cells.trip_name(**conditions), {})
        for column, row in (('own', cells.SYNC), ('noise', cells.AGAIN)):
            if rows.get(row) and rows.get(cells.PEER):
                columns[column].append(figures.ratio(rows[cells.PEER], rows[row]))
    if not columns['own']:
        return None
    script = ('set title "How many times as fast as SEQPACKET: the cells of G4, lowest first"\nset logscale y\nset ylabel "times"\nset xlabel "cell"\n'
              'set key left top\nset arrow from graph 0,first 0.95 to graph 1,first 0.95 nohead lc rgb "#888888" dt 2\n')
    for column, ratios in columns.items():
        script += block(column, [(n, *ratio) for n, ratio in enumerate(sorted(ratios))])
    return script + ('plot $noise using 1:2:3:4 with yerrorbars pt 7 ps 0.3 lc rgb "#bbbbbb" title "SEQPACKET against itself", '
                     f'$own using 1:2:3:4 with yerrorbars pt 7 ps 0.5 lc rgb "{COLORS[0]}" title "{cells.SYNC}"\n')


def scale(found):
    """{name: [(how many, microseconds)]}: connections and ports; bytes."""
    many = {}
    for what in ('traffic on {} connections, one CPU', 'traffic on {} connections, unpinned', '{} ports, one CPU'):
        points = [(n, found[what.format(n)][cells.SYNC]) for n in (1, 10, 100, 1000) if cells.SYNC in found.get(what.format(n), {})]
        if len(points) > 1:
            many[what.format('N')] = points
    large = {}
    for size in cells.SCALE_SIZES:
        for row in (cells.SYNC, cells.PEER):
            value = found.get(cells.trip_name(size=size, place='one'), {}).get(row)
            if value:
                large.setdefault(row, []).append((size, value))
    return many, {row: points for row, points in large.items() if len(points) > 4}


def draw(result, directory):
    """Draws what the results have; the lines that say where the pictures are."""
    if not shutil.which('gnuplot'):
        return ['pictures: not drawn: gnuplot is not installed']
    found, drawn = medians(result), []
    for place, text in cells.PLACES.items():
        curves = by_size(found, place)
        if curves:
            sizes = ', '.join(f'"{cells.bytes_text(size)}" {size}' for size in cells.SIZES)
            script = lines_of(curves, f'Round trip, {text}, quiet', 'bytes of the request', 'microseconds', f'set xtics ({sizes})\n')
            drawn.append(plot(script, directory, f'trips-{place}'))
    many, large = scale(found)
    if many:
        drawn.append(plot(lines_of(many, 'A message, by what else there is', 'how many', 'microseconds'), directory, 'scale-many'))
    if large:
        drawn.append(plot(lines_of(large, 'Round trip, one CPU', 'bytes of the request', 'microseconds'), directory, 'scale-bytes'))
    script = never_worse(result)
    if script:
        drawn.append(plot(script, directory, 'never-worse'))
    return drawn
