#!/usr/bin/env python3
"""spec_test.py SOURCES: how `make spec` counts rules, and that the reviewed ones of this tree are well-formed. TAP."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(sys.argv[1], 'scripts'))
import spec_rules  # noqa: E402

cases = []


def case(function):
    cases.append(function)
    return function


def equal(expected, actual):
    if expected != actual:
        raise AssertionError(f'expected {expected!r}, got {actual!r}')


def one_error(text, part):
    reviewed, errors = spec_rules.parse_reviewed(text, 'file')
    equal({}, reviewed)
    equal(1, len(errors))
    if part not in errors[0] or not errors[0].startswith('file:1: '):
        raise AssertionError(f'expected "file:1: ...{part}...", got "{errors[0]}"')


@case
def the_rules_at_a_names_beginning_are_proved():
    equal(['V-058', 'V-170', 'P-53'], spec_rules.rules_of('V-058, V-170 P-53 readlink asks as V-001 says'))
    equal([], spec_rules.rules_of('readlink, V-058'))


@case
def a_reviewed_rule_is_never_counted_as_proved():
    reviewed, errors = spec_rules.parse_reviewed('# why\n\nV-227\tno such package\n', 'file')
    equal([], errors)
    counts, errors = spec_rules.count({'V-001', 'V-002'}, reviewed)
    equal([], errors)
    equal([1, 2], counts['V']['proved'])
    equal([227], counts['V']['reviewed'])
    equal(spec_rules.RULES['V'] - 3, len(counts['V']['missing']))
    said = spec_rules.report(counts, reviewed)
    equal(True, f'V: 2 of {spec_rules.RULES["V"]} rules proved by this run, 1 reviewed as not applicable' in said)
    equal(True, '   V-227 reviewed: no such package' in said)


@case
def a_rule_both_proved_and_reviewed_is_an_error():
    counts, errors = spec_rules.count({'V-227'}, {('V', 227): 'no such package'})
    equal(['V-227 is reviewed as not applicable, and a test proves it'], errors)
    equal([], counts['V']['reviewed'])


@case
def a_rule_that_does_not_exist_is_an_error():
    one_error('V-249\tbeyond the end', 'there is no rule V-249')
    one_error('V-000\tbefore the first', 'there is no rule V-000')
    one_error('X-001\tno such family', 'expected RULE<TAB>reason')
    one_error('V-227 no tab', 'expected RULE<TAB>reason')


@case
def a_rule_without_reason_or_twice_is_an_error():
    one_error('V-227\t ', 'no reason')
    reviewed, errors = spec_rules.parse_reviewed('V-227\tone\nV-227\ttwo', 'file')
    equal({('V', 227): 'one'}, reviewed)
    equal(['file:2: V-227 stands there twice'], errors)


@case
def the_reviewed_rules_of_this_tree_are_well_formed():
    equal([], spec_rules.read_reviewed(os.path.join(sys.argv[1], 'tests', 'spec', 'reviewed.tsv'))[1])


print(f'1..{len(cases)}')
failed = 0
for number, function in enumerate(cases, 1):
    try:
        function()
        print(f'ok {number} - {function.__name__.replace("_", " ")}')
    except AssertionError as error:
        failed += 1
        print(f'not ok {number} - {function.__name__.replace("_", " ")}\n# {error}')
sys.exit(1 if failed else 0)
