#!/usr/bin/env python3
"""documented.py LIBFLTMGR LIBFLTLIB: every exported call has a documented comment, and so a page of section 3. TAP.

A call of the kernel tells its IRQL, each tells where it is documented. The C library's calls stand in the page of their header.
"""
import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../..')
# exported, but called by nobody who reads headers
NOBODYS = {
    'main': "libfltlib's own, which calls wmain",
    'ofm_daemon_main': "fltmgrd's own",
    'crt_assert_failed': 'what the macro assert calls',
}


def load_generator():
    path = os.path.join(TOP, 'scripts/man-pages')
    loader = importlib.machinery.SourceFileLoader('man_pages', path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader('man_pages', loader))
    loader.exec_module(module)
    return module


def exported_calls(library):
    output = subprocess.run(['nm', '-D', '--defined-only', library], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].split('@')[0] for line in output.splitlines() if line.split()[-2] in 'TWi'}


def report(number, name, missing):
    print(('not ok' if missing else 'ok') + f' {number} - {name}')
    for call in sorted(missing):
        print('#   ' + call)


def main():
    generator = load_generator()
    comments = {}
    for name, _, _, text in generator.pages():
        comments.setdefault(name, text)
    crt = {name for _, _, names, _ in generator.crt_pages() for name in names}
    kernel, user = exported_calls(sys.argv[1]), exported_calls(sys.argv[2])
    both = (kernel | user) - set(NOBODYS)
    ours = {call for call in both if not call.startswith('crt_')}
    report(1, 'every exported call has a comment in a header', ours - set(comments))
    report(2, "every call of the C library stands in its header's page", {c for c in both - ours if c[4:] not in crt})
    documented = ours & set(comments)
    report(3, 'every comment tells its source', {c for c in documented if 'Source:' not in comments[c]})
    plain = {c for c in documented & kernel if not c.startswith(('ofm_', '__ofm_'))}
    report(4, 'every call of the kernel tells its IRQL', {c for c in plain if 'IRQL' not in comments[c] and c not in user})
    report(5, 'what is exempt is exported', set(NOBODYS) - (kernel | user))
    named = {header for _, header, _, _ in generator.pages() if header}
    report(6, 'every header that a page names is there, spelt so', {h for h in named if not any(
        os.path.exists(os.path.join(TOP, 'include', tree, h)) for tree in ('crt', 'shared', 'km', 'um', 'openfltmgr'))})
    lost = {name for name, header, prototype, text in generator.pages()
            if re.search(r'\\&\.[A-Z]', generator.page(name, header, prototype, text))}
    report(7, "no page shows its formatter's requests as text", lost)
    print('1..7')


if __name__ == '__main__':
    main()
