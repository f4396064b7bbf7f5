#!/usr/bin/env bash
# The demonstration is a test: each of its steps is a case.
. "$(dirname "$0")/lib.sh"
"$top/scripts/demo" "$build" > "$work/out" 2>&1
status=$?
while read -r line; do
    case $line in
    ok\ *) ok "demo: ${line#ok}" 0 ;;
    WRONG\ *) ok "demo: ${line#WRONG}" 1 "$(cat "$work/out")" ;;
    esac
done < "$work/out"
ok "the demo's exit status is 0" $status "$(tail -20 "$work/out")"

# KEEP=1: what it says to type works, also when its output goes into a pipe that must end
said=$(KEEP=1 timeout 100 "$top/scripts/demo" "$build" 2>&1 | cat)
ok "demo KEEP=1 gives the shell back" $([ "${PIPESTATUS[0]}" = 0 ] && grep -q "It stays mounted" <<< "$said"; echo $?) "$said"
kept=$(sed -n 's/^    export OPENFLTMGR_RUNTIME=\([^ ]*\)\/run .*/\1/p' <<< "$said")
OPENFLTMGR_RUNTIME=$kept/run
! cat "$kept/mnt/novel.txt" > /dev/null 2>&1 && cat "$kept/mnt/letter.txt" > /dev/null && fltmc ports | grep -q scanapp
ok "the kept mount is guarded" $? "$(fltmc ports 2>&1)"
fltmc stop && wait_for 100 sh -c "! grep -q ' $kept/mnt ' /proc/self/mountinfo"
ok "fltmc stop ends it" $?
rm -rf "$kept"
