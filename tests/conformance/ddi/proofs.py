#!/usr/bin/env python3
"""proofs.py BUILD FLTCC LIBFLTMGR: the calls that drivers need first, each with the test that proves its effect. TAP.

proofs.tsv, beside this script, has a line for each of the calls in the order in which a growing manager makes more of the public
drivers complete: column 1 is how many calls of the order are needed before the driver that needs this one is whole.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LIMITS = {30: 89, 50: 186}  # drivers complete: calls that they need
# What drivers declare themselves, because no header of the WDK does.
DECLARED = '''NTSTATUS NTAPI ZwQueryInformationProcess(HANDLE, PROCESSINFOCLASS, PVOID, ULONG, PULONG);
NTSTATUS NTAPI ZwQuerySystemInformation(ULONG, PVOID, ULONG, PULONG);
'''
CASE = re.compile(r'\b[A-Z_]+\(\s*"((?:[^"\\]|\\.)*)",\s*\w+[,)]')  # TEST("name", function), and what files make of it


class Row:
    def __init__(self, line):
        columns = line.rstrip('\n').split('\t')
        self.number, self.call, self.test, self.case = int(columns[0]), *columns[1:4]
        self.use = columns[4] if len(columns) > 4 else None


def read_rows():
    with open(os.path.join(HERE, 'proofs.tsv'), encoding='utf-8') as file:
        return [Row(line) for line in file if line.strip() and not line.startswith('#')]


def sources_of_tests(build):
    """{test: texts of its own sources and of the drivers it is built with}."""
    def read(name):
        with open(os.path.join(build, 'meson-info', name), encoding='utf-8') as file:
            return json.load(file)

    def text(path):
        if not path.startswith(TESTS) or not os.path.isfile(path):
            return ''
        with open(path, encoding='utf-8') as file:
            return file.read()

    targets = {target['id']: target for target in read('intro-targets.json')}
    # what a program is linked with that the tests share
    shared = {s for t in targets.values() if t['type'] == 'static library' for g in t['target_sources'] for s in g.get('sources', [])}
    shared = {s: text(s) for s in shared if s.startswith(os.path.join(TESTS, 'support'))}
    result = {}
    for test in read('intro-tests.json'):
        groups = [g for name in test['depends'] if name in targets for g in targets[name]['target_sources']]
        result[test['name']] = [text(s) for g in groups for s in g.get('sources', [])] + [text(c) for c in test['cmd']] + list(shared.values())
    return result


def missing_proofs(rows, sources):
    wrong = []
    for row in rows:
        texts = sources.get(row.test)
        if texts is None:
            wrong.append(f'{row.call}: there is no test "{row.test}"')
        elif row.case not in {case for t in texts for case in CASE.findall(t)}:
            wrong.append(f'{row.call}: the test "{row.test}" has no case "{row.case}"')
        elif not any(re.search(rf'\b{row.call}\b', t) for t in texts):
            wrong.append(f'{row.call}: the sources of the test "{row.test}" do not use it')
    return wrong


def driver_source(rows):
    """A driver that refers to every call: by its address, or as a driver writes the macro."""
    uses = [f'    {row.use or f"sink = (void *){row.call}"};' for row in rows]
    return ('#include <fltKernel.h>\n#include <ntstrsafe.h>\n' + DECLARED +
            'void *volatile sink;\nvoid refer(void *to, void *from)\n{\n' + '\n'.join(uses) + '\n}\n'
            'NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)\n{\n    refer(driver, path);\n    return STATUS_SUCCESS;\n}\n')


def build_driver(rows, fltcc):
    """What the compiler and the linker say against the driver; the calls it imports."""
    with tempfile.TemporaryDirectory() as work:
        source, image = os.path.join(work, 'refers.c'), os.path.join(work, 'refers.so')
        with open(source, 'w', encoding='utf-8') as file:
            file.write(driver_source(rows))
        made = subprocess.run([fltcc, '-DDBG=1', source, '-o', image], capture_output=True, text=True, check=False)
        said = (made.stdout + made.stderr).splitlines()
        if made.returncode or any('openfltmgr has no' in line for line in said):
            return said or ['fltcc failed without a word'], set()
        nm = subprocess.run(['nm', '-D', '--undefined-only', image], capture_output=True, text=True, check=True).stdout
        return [], {line.split()[-1] for line in nm.splitlines()}


def exports(library):
    output = subprocess.run(['nm', '-D', '--defined-only', library], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].split('@')[0] for line in output.splitlines()}


def report(number, name, wrong):
    print(('not ok' if wrong else 'ok') + f' {number} - {name}')
    for line in wrong:
        print('#   ' + line)


def counts(rows):
    wrong = [f'{row.call} stands there twice' for i, row in enumerate(rows) if row.call in {r.call for r in rows[:i]}]
    for limit, expected in LIMITS.items():
        actual = sum(row.number <= limit for row in rows)
        if actual != expected:
            wrong.append(f'{limit} drivers need {expected} calls, the table has {actual}')
    return wrong


TESTS = os.path.realpath(os.path.join(HERE, '../..')) + os.sep


def main():
    build, fltcc, library = sys.argv[1:4]
    rows = read_rows()
    sources = sources_of_tests(build)
    report(1, 'the table has every call that fifty drivers need', counts(rows))
    said, imports = build_driver(rows, fltcc)
    report(2, 'a driver that uses each call builds', said)
    report(3, 'what it imports is exported', sorted({row.call for row in rows} & imports - exports(library)))
    number = 4
    lower = 0
    for limit in LIMITS:
        report(number, f'a case proves each call that {limit} drivers need', missing_proofs([r for r in rows if lower < r.number <= limit], sources))
        number, lower = number + 1, limit
    lost = [Row(f'0\tFltNoSuchCall\t{rows[0].test}\t{rows[0].case}'), Row('0\tDbgPrint\tno such test\tx'), Row('0\tDbgPrint\tke report\tno such case')]
    caught = missing_proofs(lost, sources)
    report(number, 'a call without test, case or use is found', [] if len(caught) == 3 and build_driver(lost[:1], fltcc)[0] else caught or ['nothing'])
    print(f'1..{number}')


if __name__ == '__main__':
    main()
