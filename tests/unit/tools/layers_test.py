#!/usr/bin/env python3
"""layers_test.py SOURCES LIB: the table of layers holds for this tree's includes and symbols, and what breaks it is found. TAP.

LIB: the build directory's lib, with the objects of both libraries.
"""
import glob
import os
import subprocess
import sys
import tempfile

CHECK = os.path.join(sys.argv[1], 'scripts/check-layers')


def check(*arguments):
    result = subprocess.run([sys.executable, CHECK, *arguments], capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + result.stderr


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def compiled(objects, name, text):
    source = os.path.join(objects, name + '.c')
    write(source, text)
    subprocess.run(['cc', '-c', source, '-o', os.path.join(objects, name + '.c.o')], check=True)


def this_tree():
    objects = [d for name in ('libfltmgr', 'libfltlib') for d in glob.glob(os.path.join(sys.argv[2], name + '.so*.p'))]
    if len(objects) != 2:
        return False, f'the objects of two libraries expected, got {objects}'
    status, said = check(*objects)
    return status == 0, said


def an_include_upwards(work):
    write(os.path.join(work, 'src/rtl/x.c'), '#include "rtl/y.h"\n#include "fltmgr/port.h"\n')
    status, said = check('--source', os.path.join(work, 'src'))
    return status == 1 and said == 'src/rtl/x.c:2: rtl may not use fltmgr\n', said


def a_tool_past_its_library(work):
    os.makedirs(os.path.join(work, 'src'))
    write(os.path.join(work, 'tools/x/x.c'), '#include "rtl/utf.h"\n#include "kernel32/session.h"\n#include "kernel32/handle.h"\n')
    write(os.path.join(work, 'samples/y/y.c'), '#include "rtl/utf.h"\n')
    status, said = check('--source', os.path.join(work, 'src'))
    return status == 1 and said == 'tools/x/x.c:3: tools may not use kernel32\nsamples/y/y.c:1: samples may not use rtl\n', said


def a_call_upwards(work):
    objects = os.path.join(work, 'lib.p')
    compiled(objects, '.._src_hostfs_x', 'void port_close(void); void io_send(void); void host_x(void) { port_close(); io_send(); }')
    compiled(objects, '.._src_fltmgr_port', 'void host_x(void); void port_close(void) { }')
    compiled(objects, '.._src_ntoskrnl_io_send', 'void io_send(void) { }')
    status, said = check('--source', work, objects)
    return status == 1 and said == '.._src_hostfs_x.c.o: hostfs may not use fltmgr: port_close\n', said


def a_weak_call_upwards(work):
    objects = os.path.join(work, 'lib.p')
    compiled(objects, '.._src_rtl_x', '__attribute__((weak)) void ke_stop(void); void rtl_x(void) { if (ke_stop) ke_stop(); }')
    compiled(objects, '.._src_ntoskrnl_ke_stop', 'void ke_stop(void) { }')
    status, said = check('--source', work, objects)
    return status == 1 and 'rtl may not use ntoskrnl/ke: ke_stop' in said, said


def no_objects(work):
    status, said = check('--source', work, work)
    return status == 1 and 'no object of any room' in said, said


def main():
    cases = [('every include and every call of this tree stays within its layer', this_tree),
             ('an include of a room above is found', an_include_upwards),
             ('a tool that goes past its library, a sample that goes past the headers', a_tool_past_its_library), ('so is a call', a_call_upwards),
             ('so is one that the linker may leave out', a_weak_call_upwards), ('a directory without objects is no proof', no_objects)]
    for number, (name, function) in enumerate(cases, 1):
        with tempfile.TemporaryDirectory() as work:
            ok, said = function() if function is this_tree else function(work)
        print(f'{"ok" if ok else "not ok"} {number} - layers: {name}')
        if not ok:
            print('\n'.join('# ' + line for line in said.splitlines()))
    print(f'1..{len(cases)}')


if __name__ == '__main__':
    main()
