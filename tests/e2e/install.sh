#!/usr/bin/env bash
# make install PREFIX= DESTDIR=: everything stands where distributions expect it, and a driver builds from there.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/sanitized.sh"
prefix=$(meson introspect --buildoptions "$build" | python3 -c 'import json,sys; print(next(o["value"] for o in json.load(sys.stdin) if o["name"]=="prefix"))')
DESTDIR=$work/root meson install -C "$build" --no-rebuild > "$work/out" 2>&1
ok "make install" $? "$(tail -5 "$work/out")"
root=$work/root$prefix
for program in fltmgrd fltmc fltcc fltrun; do
    [ -x "$root/bin/$program" ] || [ -x "$root/sbin/$program" ]
    ok "$program is installed" $?
done
ls "$root"/lib*/libfltmgr.so "$root"/lib*/*/libfltmgr.so "$root"/lib*/libfltlib.so "$root"/lib*/*/libfltlib.so 2>/dev/null | grep -q libfltlib.so
ok "the libraries are installed" $?
find "$root/include" -iname fltkernel.h | grep -q . && find "$root/include" -iname fltuser.h | grep -q .
ok "the headers are installed" $?
find "$root" -name 'openfltmgr.pc' -o -name 'fltlib.pc' -o -name 'fltmgr.pc' | grep -q .
ok "pkg-config files are installed" $?
find "$root/share/man" -name 'fltmc.*' | grep -q .
ok "man pages are installed" $?
[ -s "$root/share/man/man3/FltSendMessage.3" ] && [ "$(ls "$root/share/man/man3" | wc -l)" -gt 800 ]
ok "every documented call has a page" $?
"$root/bin/fltcc" -w -o "$work/plain.so" "$top/tests/e2e/drivers/plain.c" > "$work/out" 2>&1
ok "the installed fltcc builds a driver" $? "$(cat "$work/out")"

# everything above stood in the build directory's PATH: from here only what was installed
PATH=$root/bin:$PATH
start_manager
ok "the installed manager starts and answers the installed fltmc" $? "$(tail -5 "$work/log")"
succeeds "it loads that driver" fltmc load "$work/plain.so" --altitude 370000
stop_manager
if [ -x "$build/lib/openfltmgr/asan/fltmgrd" ] && [ -x "$build/lib/openfltmgr/tsan/fltmgrd" ]; then
    for kind in asan tsan; do
        [ -x "$root/lib/openfltmgr/$kind/fltmgrd" ] && [ -e "$root/lib/openfltmgr/$kind/libfltmgr.so.0" ]
        ok "the manager and the library for drivers with --$kind are installed" $?
    done
    sanitized_cases
else
    echo "ok $((++count)) - installed managers with sanitizers # SKIP they are not built: make install and make check build them"
fi
