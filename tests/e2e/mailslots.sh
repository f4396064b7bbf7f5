#!/bin/bash
# Mailslots from a shell: fltmc mailslots and mailslot, and the mount of the mailslot volume. TAP.
. "$(dirname "$0")/lib.sh"
start_manager
chmod 755 "$work"
M=$work/mnt

is() { # NAME EXPECTED GOT
    [ "$2" = "$3" ]
    ok "$1" $? "expected: $2
got: $3"
}

is "no slots" 1 "$(fltmc mailslots | wc -l)"
is "no slots in JSON" "[]" "$(fltmc mailslots --json)"
fails_with "reading a slot that is not there" "ERROR_FILE_NOT_FOUND" fltmc mailslot read nosuch
fails_with "writing to a slot that is not there" "ERROR_FILE_NOT_FOUND" fltmc mailslot write nosuch text
fails_with "a command that is not there" "read, write or create" fltmc mailslot frobnicate

fltmc mailslot create alerts > "$work/printed" &
creator=$!
wait_for 100 eval 'fltmc mailslots --json | grep -q "\"waitingReads\":1"'
ok "mailslot create makes a slot and waits" $?
fails_with "a name is taken" "ERROR_ALREADY_EXISTS" fltmc mailslot create ALERTS
succeeds "mailslot write TEXT" fltmc mailslot write alerts "first message"
succeeds "mailslot write < input" bash -c "echo second | fltmc mailslot write alerts"
wait_for 100 grep -q second "$work/printed"
is "what came was printed" "first message second" "$(tr '\n' ' ' < "$work/printed" | sed 's/ *$//')"
fltmc mailslots | grep -Eq '^alerts +0 +0 +- +- +for ever +1 +0 +1 +2 +2$'
ok "mailslots shows readers, writers and counters" $? "$(fltmc mailslots)"
kill $creator; wait $creator 2> /dev/null
wait_for 100 eval '[ "$(fltmc mailslots --json)" = "[]" ]'
ok "the slot goes with its maker" $?

succeeds "an application is built" fltcc --app "$top/tests/e2e/apps/holder.c" -o "$work/holder"
mkfifo "$work/go"
"$work/holder" '\\.\mailslot\jobs' < "$work/go" > "$work/left" &
holder=$!
exec 9> "$work/go"
wait_for 100 grep -q ready "$work/left"
fltmc mailslot write jobs one && fltmc mailslot write jobs two && fltmc mailslot write jobs three
is "mailslot read takes one message" one "$(fltmc mailslot read jobs)"
is "mailslot read --all takes the rest" "two three" "$(fltmc mailslot read jobs --all | tr '\n' ' ' | sed 's/ $//')"
fails_with "an empty slot" "ERROR_SEM_TIMEOUT" fltmc mailslot read jobs

if [ ! -w /dev/fuse ]; then
    echo "# no /dev/fuse: the mount is not tested"
else
    fails_with "a device that is not there" "no volume" fltmc mount '\Device\Nothing' "$M"
    fails_with "a device needs a mount point" "mount point" fltmc mount '\Device\Mailslot'
    succeeds "the mailslot volume is mounted" fltmc mount '\Device\Mailslot' "$M"
    is "ls shows the slots" jobs "$(ls "$M")"
    echo hi > "$M/jobs" && printf there > "$M/jobs"
    is "each write is a message" 2 "$(fltmc mailslots --json | sed 's/.*"messages":\([0-9]*\).*/\1/')"
    is "a slot is as long as its next message" 3 "$(stat -c %s "$M/jobs")"
    is "a read takes one message" hi "$(dd if="$M/jobs" bs=4096 count=1 2> /dev/null)"
    is "cat reads until there is none" there "$(timeout 100 cat "$M/jobs")"
    fails_with "a slot that is not there" "No such file" bash -c "echo x > $M/nosuch"
    fails_with "slots are not made here" "not permitted|No such file" mkdir "$M/directory"
    fails_with "nor removed" "not permitted" rm "$M/jobs"
    # one message each, or none: never a part
    fails_with "a write that is too long for a request" "Message too long" dd if=/dev/zero of="$M/jobs" bs=2M count=1
    fails_with "and one that may be part of a longer one" "Message too long" dd if=/dev/zero of="$M/jobs" bs=1M count=1
    is "nothing of it came" 0 "$(fltmc mailslots --json | sed 's/.*"messages":\([0-9]*\).*/\1/')"
    succeeds "the longest" dd if=/dev/zero of="$M/jobs" bs=1044480 count=1
    is "is one message" 1044480 "$(dd if="$M/jobs" bs=1M count=1 2> /dev/null | wc -c)"
    is "the first part of a writev on too many pages is a message, the rest is told" "True 1" "$(python3 -c '
import os, sys
pieces = [bytes(4096) for _ in range(600)]
fd = os.open(sys.argv[1], os.O_WRONLY)
written = os.writev(fd, pieces)
print(0 < written < 4096 * 600, end=" ")' "$M/jobs"; fltmc mailslots --json | sed 's/.*"messages":\([0-9]*\).*/\1/')"
    dd if="$M/jobs" of=/dev/null bs=1M count=1 2> /dev/null
    is "pieces on few pages are one message" 13 "$(python3 -c '
import os, sys
os.writev(os.open(sys.argv[1], os.O_WRONLY), [b"one ", b"two ", b"three"])' "$M/jobs"; cat "$M/jobs" | wc -c)"
    echo first >> "$M/jobs" && echo second >> "$M/jobs"
    is "appending writes are messages" 2 "$(fltmc mailslots --json | sed 's/.*"messages":\([0-9]*\).*/\1/')"
    is "read one by one" "first second" "$(cat "$M/jobs" | xargs)"
    # reads that wait hold no worker: more of them than there may be workers
    succeeds "unmounted for another number of workers" fltmc unmount "$M"
    succeeds "mounted with four workers" fltmc mount '\Device\Mailslot' "$M" -o workers=4
    fltmc mailslot create waited > "$work/waited" &
    creator=$!
    wait_for 100 eval 'ls "$M" | grep -q waited'
    readers=""
    for i in $(seq 12); do
        dd if="$M/waited" bs=100 count=1 > "$work/read$i" 2> /dev/null &
        readers="$readers $!"
    done
    wait_for 200 eval 'fltmc mounts --json | grep -q "\"waiting\":12"'
    ok "twelve reads wait" $? "$(fltmc mounts --json)"
    fltmc mounts --json | grep -Eq '"workers":[1-4],'
    ok "without a worker each" $? "$(fltmc mounts --json)"
    succeeds "and others are served meanwhile" bash -c "timeout 20 ls '$M' && echo x > '$M/jobs' && timeout 20 cat '$M/jobs'"
    set -- $readers
    kill -9 "$1" "$2"
    wait_for 200 eval 'fltmc mounts --json | grep -q "\"waiting\":10"'
    ok "a reader that is killed waits no more" $? "$(fltmc mounts --json)"
    for i in $(seq 11); do echo "message $i" > "$M/waited"; done
    wait_for 200 eval '[ "$(cat "$work"/waited "$work"/read* | grep -c message)" = 11 ]'
    ok "each message is read once" $? "$(cat "$work"/waited "$work"/read*)"
    dd if="$M/waited" bs=100 count=1 > "$work/last" 2> /dev/null &
    last=$!
    wait_for 200 eval 'fltmc mounts --json | grep -q "\"waiting\":1[,}]"'
    kill $creator; wait $creator 2> /dev/null
    succeeds "the mount goes by force while a read waits" fltmc unmount "$M" --force
    wait $last
    succeeds "mounted again" fltmc mount '\Device\Mailslot' "$M"
    printf last > "$M/jobs"
    if [ "$(id -u)" = 0 ]; then
        fails_with "an ordinary user does not read" "Permission denied" su nobody -s /bin/sh -c "cat $M/jobs"
        succeeds "but writes" su nobody -s /bin/sh -c "printf nobody > $M/jobs"
    fi
    succeeds "unmounted" fltmc unmount "$M"
    fltmc volumes | grep -q 'Device.Mailslot'
    ok "the volume stays" $?
fi
exec 9>&-
wait $holder
ok "the application goes on with its own slot" $?
if [ -w /dev/fuse ]; then grep -q 'left: last' "$work/left"; ok "and reads what was left" $? "$(cat "$work/left")"; fi
stop_manager
