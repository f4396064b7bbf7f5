#!/bin/bash
# tools_test.sh BIN SOURCES: fltmgrd, fltmc and fltrun as a user runs them. TAP. Needs root and /dev/fuse.
bin=$(realpath "$1")
sources=$(realpath "$2")
work=$(mktemp -d) || exit 1
number=0
manager=

end_manager() {
    [ -n "$manager" ] || return 0
    kill -TERM "$manager" 2>/dev/null
    wait "$manager" 2>/dev/null
    ended=$?
    manager=
}
cleanup() {
    end_manager
    fusermount3 -u -z "$work/point" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work" || exit 1
# programs find their own library beside them, not the one that the test runner prefers
unset LD_LIBRARY_PATH
export OPENFLTMGR_RUNTIME="$work/run"
mkdir run files point
echo clean >files/clean.txt
echo hidden >files/secret.txt
PATH=$bin:$PATH

check() { # description; the last command's status is in $result
    number=$((number + 1))
    if [ "$result" = 0 ]; then
        echo "ok $number - tools: $1"
    else
        echo "not ok $number - tools: $1"
        sed 's/^/# /' log 2>/dev/null
    fi
}
says() {
    grep -F -q -e "$1" log
}
run() {
    "$@" >log 2>&1
}
# fltmgrd is ready when it answers; it ends by itself when it cannot start.
start_manager() {
    fltmgrd >manager.log 2>&1 &
    manager=$!
    for _ in $(seq 500); do
        fltmc volumes >/dev/null 2>&1 && return 0
        kill -0 "$manager" 2>/dev/null || return 1
        read -r -t 0.02 <> <(:)
    done
    return 1
}

[ "$(id -u)" = 0 ] && [ -c /dev/fuse ] || {
    echo "1..0 # SKIP needs root and /dev/fuse"
    exit 0
}
build() {
    fltcc -g "$@" "$sources/tools/gate.c" >log 2>&1
}
build -o gate.so
result=$?
check "fltcc builds the driver"
cp "$sources/tools/Gate.inf" .

run fltmc
[ $? = 1 ] && says "no filter manager runs here" && says "$work/run"
result=$?
check "fltmc says that there is no manager, and where it looked"

start_manager
result=$?
check "fltmgrd starts"

run fltmc install Gate.inf && says "Installed Gate" && run fltmc load Gate
result=$?
check "F-053 F-054 install reads the .inf, load takes its altitude"

run fltmc mount files point && [ "$(cat point/clean.txt)" = clean ] && ! cat point/secret.txt 2>err && grep -q "Permission denied" err
result=$?
check "mount: the driver's denial is EACCES, other files are as before"

run fltmc filters && printf '%s\n' "" "Filter Name                     Num Instances    Altitude    Frame" \
    "------------------------------  -------------  ------------  -----" \
    "Gate                                    1       265100.25      0" | diff - log >differences
result=$?
cat differences >>log
check "fltmc filters in Windows' columns"

run fltmc instances && printf '%s\n' \
    "Filter                Volume Name                              Altitude        Instance Name       Frame   SprtFtrs  VlStatus" \
    "--------------------  -------------------------------------  ------------  ----------------------  -----   --------  --------" \
    "Gate                  C:                                        265100.25  Gate Instance             0     00000003" | diff - log >differences
result=$?
cat differences >>log
check "fltmc instances in Windows' columns"

run fltmc volumes && head -2 log | diff - <(printf '%s\n' \
    "Dos Name                        Volume Name                              FileSystem   Status" \
    "------------------------------  ---------------------------------------  ----------  --------") >differences &&
    grep -q '^C:  *\\Device\\HarddiskVolume1  *NTFS' log
result=$?
check "fltmc volumes in Windows' columns"

run sh -c 'fltmc filters --json && fltmc instances --json && fltmc volumes --json && fltmc ports --json && fltmc mounts --json' &&
    python3 -c '
import json, sys
text, at, found = open("log").read(), 0, []
decoder = json.JSONDecoder()
while text[at:].strip():
    at += len(text[at:]) - len(text[at:].lstrip())
    value, at = decoder.raw_decode(text, at)
    found.append(value)
filters, instances, volumes, ports, mounts = found
assert filters[0] == {"name": "Gate", "instances": 1, "altitude": "265100.25", "frame": 0}, filters
assert instances[0]["instance"] == "Gate Instance" and instances[0]["volume"] in [v["volume"] for v in volumes]
assert ports == [] and mounts[0]["point"].endswith("/point"), (ports, mounts)
' >>log 2>&1
result=$?
check "lists in JSON"

run fltmc instances -f Gate && ! says "Filter  " && says "Gate Instance" && run fltmc instances -v "$work/point" && ! says "Volume Name" &&
    says "Gate Instance"
result=$?
check "instances of one filter, of one volume"

run fltmc detach Gate C: && cat point/secret.txt >/dev/null && run fltmc attach Gate C: -i Again -a 265200 && says "Instance Name: Again" &&
    ! cat point/secret.txt 2>/dev/null && run fltmc detach Gate "$work/point" Again
result=$?
check "detach and attach while files are in use"

! run fltmc attach Gate Z: && says "failed with error: 0x801f0014" && says STATUS_FLT_VOLUME_NOT_FOUND && ! run fltmc unload Nothing &&
    says "0x801f0013" && ! run fltmc load Nothing && says "0x80070002"
result=$?
check "unknown volume, filter and service are told with Windows' codes"

! run fltmc load gate.so --altitude 12x && says "12x is no altitude" && ! run fltmc load gate.so && says "needs --altitude"
result=$?
check "a bad altitude changes nothing"

run fltmc attach Gate C: && ! run fltmc attach Gate C: -i Second -a 265100.25 && says "STATUS_FLT_INSTANCE_ALTITUDE_COLLISION" &&
    ! run fltmc attach Gate C: -i 'Gate Instance' -a 9 && says "0x801f0012"
result=$?
check "P-128 a taken altitude and a taken name"

run fltmc unload Gate && cat point/secret.txt >/dev/null && run fltmc load Gate && ! cat point/secret.txt 2>/dev/null
result=$?
check "unload and load again"

build -DGATE_FAILS -o fails.so && ! run fltmc load fails.so --altitude 265300 && says "STATUS_" && run fltmc filters && ! says fails
result=$?
check "a DriverEntry that fails"

cat >lacking.c <<'EOF'
#include <fltKernel.h>
int FltDoTheImpossible(void);
NTSTATUS DriverEntry(PDRIVER_OBJECT o, PUNICODE_STRING p)
{
    UNREFERENCED_PARAMETER(p);
    return o ? STATUS_UNSUCCESSFUL : FltDoTheImpossible();
}
EOF
fltcc -w lacking.c -o lacking.so && ! run fltmc load lacking.so --altitude 265300 && says "STATUS_DRIVER_ENTRYPOINT_NOT_FOUND" &&
    says "FltDoTheImpossible" && ! run fltmc load lacking.so --altitude 265300 --allow-missing && ! says "FltDoTheImpossible"
result=$?
check "missing functions are listed; --allow-missing loads"

! run fltmc mount /no/such point && says "No such file" && ! run fltmc mount files point && says "failed" && run fltmc volumes && [ "$(wc -l <log)" = 4 ]
result=$?
check "a missing directory and a busy mount point"

touch files/caught.txt
cat point/caught.txt 2>err
grep -q "Permission denied" err && kill -0 "$manager"
result=$?
check "a fault in __try inside a callback is the driver's own matter"

run fltmc unload Gate && run fltmc unmount point && [ -z "$(ls point)" ] && run fltmc stop && wait "$manager" && manager= &&
    [ ! -e run/control ]
result=$?
check "unmount and stop leave nothing"

start_manager && run fltmc load Gate && run fltmc mount files point && touch files/crash.txt && ! timeout 100 cat point/crash.txt >err 2>&1
result=$?
wait "$manager"
[ $? -gt 128 ] && [ "$result" = 0 ] && cp manager.log log && grep -q -i "gate" log && grep -q "Gate!PreCreate" log
result=$?
manager=
check "a crash in a callback: bug check with driver and callback, nobody hangs"

start_manager && run fltmc mount files point && [ "$(cat point/clean.txt)" = clean ] && run fltmc unmount point
result=$?
check "the mount of the dead manager is cleaned at the next start"
end_manager

# ---- fltrun ----
unset OPENFLTMGR_RUNTIME
cp "$sources/tools/Gate.inf" gate.inf
run fltrun --driver gate.so --mount files:point --log manager.log -- sh -c 'cat point/clean.txt; cat point/secret.txt; exit 7'
[ $? = 7 ] && says clean && says "Permission denied" && ! ls point/clean.txt 2>/dev/null
result=$?
check "fltrun gives the command's status back and leaves nothing"

run fltrun --driver gate.so --altitude 1 --log manager.log -- sh -c 'fltmc filters; echo "$OPENFLTMGR_RUNTIME"' && says gate && [ ! -e "$(tail -1 log)" ]
result=$?
check "fltrun with an altitude instead of an .inf; its directory is gone"

run fltrun --log manager.log -- /no/such/command
[ $? = 127 ] && ! run fltrun --mount nowhere:point --log manager.log -- true && says "nowhere: No such file" &&
    ! run fltrun --driver lacking.so --altitude 5 --log manager.log -- true && says FltDoTheImpossible
result=$?
check "fltrun's own failures"

build -DGATE_LEAKS -o leaks.so && run fltrun --driver leaks.so --altitude 265300 -- true && says "Leak" && says "leaks"
result=$?
check "fltrun reports what a driver left behind"

echo "1..$number"
