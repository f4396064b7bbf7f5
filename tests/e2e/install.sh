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
! grep -rq '\\&\.[A-Z]' "$root/share/man/man3"
ok "no page shows its formatter's requests as text" $?
"$root/bin/fltcc" -w -o "$work/plain.so" "$top/tests/e2e/drivers/plain.c" > "$work/out" 2>&1
ok "the installed fltcc builds a driver" $? "$(cat "$work/out")"

# everything above stood in the build directory's PATH: from here only what was installed
PATH=$root/bin:$PATH
start_manager
ok "the installed manager starts and answers the installed fltmc" $? "$(tail -5 "$work/log")"
succeeds "it loads that driver" fltmc load "$work/plain.so" --altitude 370000
stop_manager

# Linux programs, by a compiler that knows of nothing but pkg-config. DESTDIR is the sysroot that distributions' build systems give it.
export PKG_CONFIG_SYSROOT_DIR=$work/root PKG_CONFIG_LIBDIR
PKG_CONFIG_LIBDIR=$(dirname "$(find "$root" -name fltlib.pc)")
libraries=$(dirname "$PKG_CONFIG_LIBDIR")
# compile PACKAGE COMPILER OUTPUT ARGUMENT...: no warning allowed; no output of an earlier one stays
compile() {
    local package=$1 compiler=$2 output=$3
    shift 3
    rm -f "$output"
    # shellcheck disable=SC2046 # flags are words
    $compiler -Wall -Wextra -Werror $(pkg-config --cflags "$package") "$@" -o "$output" $(pkg-config --libs "$package")
}
fltcc "$top/samples/echo/echo.c" -o "$work/echo.so" > "$work/out" 2>&1
ok "the installed fltcc builds a driver with a port" $? "$(cat "$work/out")"
for compiler in gcc clang g++ clang++; do
    language=c
    case $compiler in *++) language=c++ ;; esac
    compile fltlib $compiler "$work/linux_echo" -x $language "$top/tests/e2e/apps/linux_echo.c" -x none > "$work/out" 2>&1
    ok "an application by $compiler with pkg-config fltlib only" $? "$(cat "$work/out")"
    said=$(LD_LIBRARY_PATH=$libraries fltrun --driver "$work/echo.so" --altitude 370100 --log "$work/log" -- "$work/linux_echo" "over and back" 2>&1)
    [ "$said" = "over and back" ]
    ok "it talks to the driver" $? "$said"
done
for compiler in gcc clang; do
    compile fltmgr $compiler "$work/byhand.so" -shared -fPIC -Wno-missing-field-initializers "$top/tests/e2e/drivers/plain.c" > "$work/out" 2>&1
    ok "a driver by $compiler with pkg-config fltmgr only" $? "$(cat "$work/out")"
    said=$(fltrun --driver "$work/byhand.so" --altitude 370100 --log "$work/log" -- fltmc filters 2>&1)
    grep -q '^byhand ' <<< "$said"
    ok "it loads" $? "$said"
    compile fltmgr $compiler "$work/embedded" -Wno-missing-field-initializers "$top/tests/e2e/apps/embedded.c" "$top/tests/e2e/drivers/plain.c" > "$work/out" 2>&1
    ok "a program that is the manager, by $compiler with pkg-config fltmgr only" $? "$(cat "$work/out")"
    echo "read through a filter" > "$work/files/text"
    said=$(LD_LIBRARY_PATH=$libraries "$work/embedded" "$work/files" /text 2>&1)
    [ "$said" = "read through a filter" ]
    ok "it reads a file through the driver that is linked in" $? "$said"
done
if [ -x "$build/lib/openfltmgr/asan/fltmgrd" ] && [ -x "$build/lib/openfltmgr/tsan/fltmgrd" ]; then
    for kind in asan tsan; do
        [ -x "$root/lib/openfltmgr/$kind/fltmgrd" ] && [ -e "$root/lib/openfltmgr/$kind/libfltmgr.so.0" ]
        ok "the manager and the library for drivers with --$kind are installed" $?
    done
    sanitized_cases
else
    echo "ok $((++count)) - installed managers with sanitizers # SKIP they are not built: make install and make check build them"
fi
