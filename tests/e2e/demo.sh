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
