"""The results as text: the machine, a table for each cell, what was not run, the goals. update-readme takes its tables from here, too."""
import cells
import figures
import goals


def head(machine):
    peers = ', '.join(f'{name} {version}' for name, version in machine['peers'].items() if version != '?')
    return (f'{machine["cpu"]}, {machine["cpus"]} CPUs, Linux {machine["kernel"]}, libfuse {machine["libfuse"]}, {peers}, '
            f'commit {machine["commit"]}, {machine["date"]}')


def compared(cell, row):
    """How we stand against the peer of the cell, where there is one."""
    found = {other['row']: other['values'] for other in cell['rows']}
    for own, peer in ((cells.SYNC, cells.PEER), (cells.AGAIN, cells.PEER), ('openfltmgr mount', 'libfuse pass-through')):
        if row['row'] == own and found.get(peer) and row['values']:
            return f'   {figures.with_interval(*figures.ratio(found[peer], row["values"]))} x as fast as {peer}'
    return ''


def cell_lines(cell):
    width = max(len(row['row']) for row in cell['rows']) + 2
    lines = [f'  {cell["cell"]} ({cell["unit"]}, {max(len(row["values"]) for row in cell["rows"])} rounds)']
    for row in cell['rows']:
        if row['values']:
            value = f'{figures.with_interval(*figures.interval(row["values"])):>28}'
            lines.append(f'    {row["row"]:<{width}} {value}{compared(cell, row)}')
        else:
            lines.append(f'    {row["row"]:<{width}} {"failed: " + row["failure"] if row["failure"] else "not run"}')
    return lines


def whole(result):
    lines = [head(result['machine']), 'Medians over the rounds; in brackets 95 % bootstrap intervals.']
    for group in dict.fromkeys(group for cell in result['cells'] for group in cell['groups']):
        lines.append(f'\n{group}: {cells.GROUPS.get(group, "")}'.rstrip(': '))
        for cell in result['cells']:
            if cell['groups'][0] == group:
                lines += cell_lines(cell)
    lines += [''] + [f'not run: {what}: {why}' for what, why in result['not_run'].items()]
    if not result['complete']:
        lines.append('The time was over before all rounds had run.')
    if result['options']['quick']:
        lines.append('not run: everything else (QUICK)')
    lines += [f'FAILED: {f["cell"]}: {f["row"]}: {f["why"]}' for f in result['failures']]
    return '\n'.join(lines + [''] + goals.lines(result['goals'])) + '\n'
