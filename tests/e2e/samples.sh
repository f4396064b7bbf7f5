#!/usr/bin/env bash
# The service skeleton beside its driver: answers, outlives its driver, outlives the manager, stops cleanly. And the settings of ports.
. "$(dirname "$0")/lib.sh"
cat > "$work/settings" <<'END'
TimeoutStatus = error
WatchdogSeconds = 60     # a minute
WatchdogPolicy = disconnect
CaptureMessages = \AskerPort, \Other
END
printf 'WatchdogPolicy = shoot\n' > "$work/bad"
fails_with "a bad policy names file and line" 'bad:1: bad value for "WatchdogPolicy"' fltmgrd -s "$work/bad"
printf 'TimeoutStatus = never\n' > "$work/bad"
fails_with "a bad status of timeouts too" 'bad:1: bad value for "TimeoutStatus"' fltmgrd -s "$work/bad"
start_manager -s "$work/settings"
ok "the manager takes the settings of ports" $? "$(cat "$work/log")"
"$build/samples/service/service" > "$work/service.log" 2>&1 &
service=$!
says() { grep -q "$1" "$work/service.log"; }
times() { [ "$(grep -c "$1" "$work/service.log")" -ge "$2" ]; }
succeeds "the driver loads after its service was started" fltmc load "$build/samples/service/asker.so" --altitude 370200
succeeds "a mount" fltmc mount "$work/files" "$work/mnt"
wait_for 100 says "service: connected"
ok "the service finds the port" $? "$(cat "$work/service.log")"
fltmc ports | grep -q '\\AskerPort .*asker .*1 .*1' && fltmc ports | grep -q 'captures messages'
ok "fltmc ports shows the service, and that its messages are captured" $? "$(fltmc ports)"
echo text > "$work/files/plain"
echo text > "$work/files/forbidden"
succeeds "what it allows is opened" cat "$work/mnt/plain"
fails_with "what it forbids is not" "[Pp]ermission denied" cat "$work/mnt/forbidden"
succeeds "the driver goes with its service connected" fltmc unload asker
wait_for 100 says "service: disconnected"
ok "the service sees it" $? "$(cat "$work/service.log")"
succeeds "and lets everything pass" cat "$work/mnt/forbidden"
succeeds "the driver comes back" fltmc load asker
wait_for 100 times "service: connected" 2
ok "the service connects again" $? "$(cat "$work/service.log")"
succeeds "the volume goes" fltmc unmount "$work/mnt"
kill -KILL "$manager"
wait "$manager" 2> /dev/null
manager=
wait_for 100 times "service: disconnected" 2
ok "a manager that dies is no more to it" $? "$(cat "$work/service.log")"
start_manager
succeeds "the next manager loads the driver" fltmc load asker
wait_for 100 times "service: connected" 3
ok "the service is there again" $? "$(cat "$work/service.log")"
kill -TERM $service
wait $service
ok "it stops with status 0 when told to" $? "$(cat "$work/service.log")"
says "service: stopped"
ok "after an orderly end" $? "$(cat "$work/service.log")"
stop_manager
ok "the manager ends without leaks" $? "$(cat "$work/log")"

# the same in one command
unset OPENFLTMGR_RUNTIME
guarded_run() { fltrun --driver "$build/samples/service/asker.so" --altitude 370200 --mount "$work/files:$work/mnt" --log "$work/run.log" "$@"; }
said=$(guarded_run --service "exec $build/samples/service/service > $work/service.log 2>&1" -- \
    sh -c 'echo "$OPENFLTMGR_RUNTIME" > "$0/runtime"; cat "$0/mnt/plain"; cat "$0/mnt/forbidden"; exit 5' "$work" 2>&1)
[ $? = 5 ] && grep -q '^text$' <<< "$said" && grep -q '[Pp]ermission denied' <<< "$said"
ok "fltrun --service: the command is guarded by the service, its status comes back" $? "$said; $(cat "$work/service.log" "$work/run.log")"
! grep -q " $work/mnt " /proc/self/mountinfo && [ -s "$work/runtime" ] && [ ! -e "$(cat "$work/runtime")" ] && ! pgrep -f "$build/samples/service/service" > /dev/null
ok "it leaves no mount, no directory, no service" $? "$(pgrep -af "$build/samples/service/service")"
said=$(guarded_run --service false -- touch "$work/ran" 2>&1)
[ $? = 125 ] && [ ! -e "$work/ran" ] && grep -q "false ended with status 1 before it was connected" <<< "$said"
ok "fltrun --service: one that ends is told, the command does not run" $? "$said"
