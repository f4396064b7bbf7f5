#!/usr/bin/env bash
# A driver that is no filter is stopped as its service would be: not before its device is closed.
. "$(dirname "$0")/lib.sh"
said=$(build_driver device 2>&1 && fltcc --app -w -o "$work/opener" "$top/tests/e2e/apps/opener.c" 2>&1)
ok "a driver of a device and its application build" $? "$said"
start_manager
ok "the manager starts" $?
succeeds "the driver is loaded" fltmc load "$work/device.so" --altitude 1000
mkfifo "$work/in"
"$work/opener" '\\.\E2eDevice' < "$work/in" > "$work/said" &
opener=$!
exec 8> "$work/in"
wait_for 60 grep -q open "$work/said"
ok "its device is opened" $? "$(cat "$work/said")"
fails_with "it is no filter" "STATUS_FLT_FILTER_NOT_FOUND|FLT_FILTER_NOT_FOUND" fltmc unload device
succeeds "it is to be stopped" fltmc unload device --mandatory
grep -q "device: not unloaded before its devices are closed: 1 open" "$work/log"
ok "the log says what is waited for" $? "$(cat "$work/log")"
! grep -q "device: unloading" "$work/log"
ok "its DriverUnload has not run" $? "$(cat "$work/log")"
said=$("$work/opener" '\\.\E2eDevice' < /dev/null)
[ $? = 1 ] && [ "$said" != open ]
ok "nobody opens it any more" $? "$said"
fails_with "nor is it loaded again" "STATUS_IMAGE_ALREADY_LOADED|ALREADY_RUNNING" fltmc load device
exec 8>&-
wait $opener
ok "the application ends" $?
wait_for 60 fltmc load device
ok "then the driver has gone, and can be loaded" $? "$(cat "$work/log")"
grep -q "device: unloading" "$work/log"
ok "by its DriverUnload" $? "$(cat "$work/log")"
fails_with "what is neither filter nor driver" "FILTER_NOT_FOUND" fltmc unload nosuch --mandatory
stop_manager
ok "the manager ends without leaks" $? "$(cat "$work/log")"
