#!/usr/bin/env bash
# Drivers with a sanitizer, from the build directory: which manager takes them, and what it reports.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/sanitized.sh"
! ninja -C "$build" -t query all 2> /dev/null | grep -q lib/openfltmgr/
ok "a plain build does not build three managers" $?
if [ -x "$build/lib/openfltmgr/asan/fltmgrd" ] && [ -x "$build/lib/openfltmgr/tsan/fltmgrd" ]; then
    sanitized_cases
else
    kind=address
    [ -x "$build/lib/openfltmgr/asan/fltmgrd" ] && kind=thread
    fails_with "a manager that was not built is told, with the place where it was looked for" "lib/openfltmgr/[at]san/fltmgrd.*make" \
        timeout 100 fltmgrd --sanitizer $kind
    echo "ok $((++count)) - drivers with sanitizers # SKIP the managers for them are not built: make sanitized, or make check"
fi
