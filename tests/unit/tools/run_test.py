#!/usr/bin/env python3
"""run_test.py SOURCES PROGRAM: what a skipped case looks like in TAP, and how scripts/run-tests counts. TAP."""
import importlib.machinery
import importlib.util
import os
import subprocess
import sys

sys.dont_write_bytecode = True
SCRIPT = os.path.join(sys.argv[1], 'scripts/run-tests')
sys.path.insert(0, os.path.dirname(SCRIPT))
loader = importlib.machinery.SourceFileLoader('run_tests', SCRIPT)
run_tests = importlib.util.module_from_spec(importlib.util.spec_from_loader('run_tests', loader))
loader.exec_module(run_tests)

cases = []


def case(function):
    cases.append(function)
    return function


def equal(expected, actual):
    if expected != actual:
        raise AssertionError(f'expected {expected!r}, got {actual!r}')


def said_by_program(*arguments):
    done = subprocess.run([sys.argv[2], *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return done.returncode, done.stdout


def result(said, verdict='OK'):
    return {'name': 'it', 'stdout': said, 'result': verdict}


@case
def a_skipped_case_is_never_said_to_have_failed():
    code, said = said_by_program()
    equal(0, code)
    equal(['ok 1 - P-1 is skipped # SKIP it cannot be done here', 'ok 2 - P-2 follows', 'ok 3 - is skipped, too # SKIP nor this'],
          [line for line in said.splitlines() if line.startswith(('ok ', 'not ok '))])


@case
def a_failed_case_beside_skipped_ones_fails():
    code, said = said_by_program('fail')
    equal(1, code)
    equal(['ok 1', 'not ok 2', 'ok 3'], [line.split(' - ')[0] for line in said.splitlines() if line.startswith(('ok ', 'not ok '))])
    equal([True, False, True], [ok for _, ok, _ in run_tests.cases(result(said, 'FAIL'))])


@case
def skipped_cases_are_counted_with_their_reasons():
    equal([('P-1 is skipped: it cannot be done here', True, True), ('P-2 follows', True, False), ('is skipped, too: nor this', True, True)],
          run_tests.cases(result(said_by_program()[1])))


@case
def a_program_that_is_skipped_says_why():
    equal([('it: needs root', True, True)], run_tests.cases(result('1..0 # SKIP needs root\n', 'SKIP')))
    equal([('it', True, True)], run_tests.cases(result('', 'SKIP')))


@case
def what_goes_wrong_beside_the_cases_is_a_failure():
    for verdict in ('FAIL', 'ERROR', 'TIMEOUT', 'INTERRUPT'):
        equal([('one', True, False), ('it', False, False)], run_tests.cases(result('ok 1 - one\n', verdict)))
        equal([('one: why', True, True), ('it', False, False)], run_tests.cases(result('ok 1 - one # SKIP why\n', verdict)))
    equal([('one', False, False)], run_tests.cases(result('not ok 1 - one\n', 'FAIL')))
    equal([('it', False, False)], run_tests.cases(result('', 'TIMEOUT')))


def main():
    print(f'1..{len(cases)}')
    failed = 0
    for number, function in enumerate(cases, 1):
        name = function.__name__.replace('_', ' ')
        try:
            function()
            print(f'ok {number} - {name}')
        except AssertionError as error:
            failed += 1
            print(f'not ok {number} - {name}\n# {error}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
