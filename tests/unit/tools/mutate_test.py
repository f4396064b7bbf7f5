#!/usr/bin/env python3
"""mutate_test.py SOURCES: the tables of `make mutate` fit the sources, so that a run fails for no other reason than a test. TAP."""
import glob
import importlib.machinery
import importlib.util
import os
import sys

sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader('mutate', os.path.join(sys.argv[1], 'scripts/mutate'))
mutate = importlib.util.module_from_spec(importlib.util.spec_from_loader('mutate', loader))
loader.exec_module(mutate)
mutations, errors = mutate.read_tables([])


def text_of(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def texts_of_tests(program):
    directory = os.path.join(sys.argv[1], 'tests/conformance', os.path.dirname(program))
    return ''.join(text_of(path) for path in glob.glob(directory + '/*.c'))


def wrong_with(mutation):
    found = text_of(os.path.join(sys.argv[1], mutation.file)).count(mutation.original)
    if found != 1:
        return f'{mutation.file} has the original text {found} times'
    if f'"{mutation.case}' not in texts_of_tests(mutation.program):
        return f'no case of {mutation.program} begins with "{mutation.case}"'
    return None


print(f'1..{len(mutations) + 1}')
print('not ' * bool(errors) + 'ok 1 - the tables have six fields a line')
for error in errors:
    print(f'# {error}')
failed = len(errors)
for number, m in enumerate(mutations, 2):
    wrong = wrong_with(m)
    failed += wrong is not None
    print(f'{"not " if wrong else ""}ok {number} - the mutation of {m.rule} applies ({m.where})')
    if wrong:
        print(f'# {wrong}')
sys.exit(1 if failed else 0)
