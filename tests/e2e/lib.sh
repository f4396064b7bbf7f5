# The frame of the shell tests: a private manager, TAP output, nothing left behind.
set -u
build=$1
top=$(cd "$(dirname "$0")/../.." && pwd)
# programs find their own library beside them, not the one that the test runner prefers
unset LD_LIBRARY_PATH
PATH=$build/bin:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/openfltmgr-test.XXXXXX")
export OPENFLTMGR_RUNTIME=$work/run
mkdir -p "$work/run" "$work/files" "$work/mnt"
count=0
manager=

# ok NAME STATUS [OUTPUT]
ok() {
    count=$((count + 1))
    if [ "$2" = 0 ]; then echo "ok $count - $1"; else echo "not ok $count - $1"; [ -n "${3:-}" ] && sed 's/^/# /' <<< "$3"; fi
}
# fails_with NAME PATTERN COMMAND...: the command must fail and say PATTERN
fails_with() {
    local name=$1 pattern=$2 said
    shift 2
    if said=$("$@" 2>&1); then ok "$name" 1 "it succeeded: $said"; return; fi
    grep -Eq -- "$pattern" <<< "$said"
    ok "$name" $? "expected /$pattern/, got: $said"
}
succeeds() {
    local name=$1 said
    shift
    said=$("$@" 2>&1)
    ok "$name" $? "$said"
}
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@" > /dev/null 2>&1; do
        [ $SECONDS -ge $end ] && return 1
        read -r -t 0.05 <> <(:) || true
    done
}
start_manager() {
    fltmgrd "$@" 2>> "$work/log" &
    manager=$!
    wait_for 100 eval 'fltmc filters || ! kill -0 $manager' && kill -0 "$manager" 2> /dev/null
}
stop_manager() {
    [ -n "$manager" ] && kill -TERM "$manager" 2>/dev/null
    wait "$manager" 2>/dev/null
    local status=$?
    manager=
    return $status
}
finish() {
    [ -n "$manager" ] && { kill -KILL "$manager" 2>/dev/null; wait "$manager" 2>/dev/null; }
    grep -q " $work/mnt " /proc/self/mountinfo && umount -l "$work/mnt"
    rm -rf "$work"
    echo "1..$count"
}
trap finish EXIT
# build_driver NAME: tests/e2e/drivers/NAME.c
build_driver() {
    fltcc -w -o "$work/$1.so" "$top/tests/e2e/drivers/$1.c"
}
