"""The rules of the dossiers: which ones a run proved, which ones were reviewed as not applicable, which ones are missing.

Used by run-tests (make spec) and by the test of this file. tests/spec/reviewed.tsv holds the reviewed ones, a line each: RULE<TAB>reason.
"""
import re

# last number of each dossier
RULES = {'F': 385, 'V': 248, 'P': 139, 'M': 139}
RULE = re.compile(r'^([FVPM]-\d{2,3}[a-z]?)\b')
REVIEWED = re.compile(r'^([FVPM])-(\d{3})$')


def rules_of(name):
    """The rules that a case's name begins with."""
    rules = []
    while True:
        match = RULE.match(name)
        if not match:
            return rules
        rules.append(match.group(1))
        name = name[match.end():].lstrip(' ,')


def parse_reviewed(text, where):
    """({(family, number): reason}, errors). Empty lines and lines that begin with # say nothing."""
    reviewed, errors = {}, []
    for at, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith('#'):
            continue
        rule, tab, reason = line.partition('\t')
        match = REVIEWED.match(rule)
        key = (match.group(1), int(match.group(2))) if match else None
        if key is None or not tab:
            errors.append(f'{where}:{at}: expected RULE<TAB>reason with a rule like V-007, not "{line}"')
        elif not 1 <= key[1] <= RULES[key[0]]:
            errors.append(f'{where}:{at}: there is no rule {rule}: the last one is {key[0]}-{RULES[key[0]]}')
        elif key in reviewed:
            errors.append(f'{where}:{at}: {rule} stands there twice')
        elif not reason.strip():
            errors.append(f'{where}:{at}: {rule} has no reason')
        else:
            reviewed[key] = reason.strip()
    return reviewed, errors


def read_reviewed(path):
    with open(path, encoding='utf-8') as file:
        return parse_reviewed(file.read(), path)


def count(proved, reviewed):
    """({family: numbers of each kind}, errors) of a run that proved these rules."""
    counts, errors = {}, []
    for family, last in RULES.items():
        numbers = {int(re.sub(r'\D', '', r)) for r in proved if r[0] == family}
        numbers &= set(range(1, last + 1))
        excused = {n for f, n in reviewed if f == family}
        errors += [f'{family}-{n:03d} is reviewed as not applicable, and a test proves it' for n in sorted(numbers & excused)]
        counts[family] = {'proved': sorted(numbers), 'reviewed': sorted(excused - numbers),
                          'missing': sorted(set(range(1, last + 1)) - numbers - excused)}
    return counts, errors


def report(counts, reviewed):
    lines = []
    for family, kinds in counts.items():
        lines.append(f'{family}: {len(kinds["proved"])} of {RULES[family]} rules proved by this run, '
                     f'{len(kinds["reviewed"])} reviewed as not applicable')
        lines += [f'   {family}-{n:03d} reviewed: {reviewed[family, n]}' for n in kinds['reviewed']]
        if kinds['missing']:
            lines.append('   not yet: ' + ' '.join(f'{n:03d}' for n in kinds['missing']))
    return lines
