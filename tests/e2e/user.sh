#!/usr/bin/env bash
# An ordinary user's private manager: load, mount, a killed manager, fltrun. Run by root, it becomes nobody, in a mount namespace
# whose /dev/fuse is open to all, as on a usual system.
if [ "$(id -u)" = 0 ]; then
    room=$(mktemp -d "${TMPDIR:-/tmp}/openfltmgr-user.XXXXXX")
    if ! mknod -m 666 "$room/fuse" c 10 229 2> /dev/null || ! unshare -m true 2> /dev/null; then
        rm -rf "$room"
        echo "1..0 # SKIP no device or no mount namespace can be made here"
        exit 0
    fi
    mkdir -m 1777 "$room/tmp"
    chmod 755 "$room"
    TMPDIR=$room/tmp unshare -m bash -c 'mount --bind "$0/fuse" /dev/fuse && exec setpriv --reuid 65534 --regid 65534 --clear-groups bash "$@"' \
        "$room" "$0" "$@"
    status=$?
    rm -rf "$room"
    exit $status
fi
. "$(dirname "$0")/lib.sh"
echo hello > "$work/files/a.txt"
unset OPENFLTMGR_RUNTIME
export XDG_RUNTIME_DIR=$work/run HOME=$work
build_driver plain > /dev/null 2>&1
ok "a user builds a driver" $?
start_manager
ok "a user's manager starts in XDG_RUNTIME_DIR" $([ -S "$work/run/openfltmgr/control" ]; echo $?) "$(cat "$work/log")"
succeeds "it loads the driver" fltmc load "$work/plain.so" --altitude 370000
succeeds "it mounts" fltmc mount "$work/files" "$work/mnt"
cmp -s "$work/files/a.txt" "$work/mnt/a.txt"
ok "files are seen through the mount" $?
fltmc instances | grep -q "plain Instance"
ok "with the filter on it" $? "$(fltmc instances)"
fails_with "a mount point of somebody else is refused, with what is needed" "mount point of its own" fltmc mount "$work/files" /mnt
kill -KILL "$manager"
wait "$manager" 2> /dev/null
grep -q " $work/mnt " /proc/self/mountinfo
ok "a killed manager leaves its mount" $?
start_manager
! grep -q " $work/mnt " /proc/self/mountinfo
ok "the next one takes it away" $? "$(cat "$work/log")"
stop_manager
ok "the manager ends" $?
said=$(fltrun --driver "$work/plain.so" --altitude 370000 --mount "$work/files:$work/mnt" -- cat "$work/mnt/a.txt" 2>&1)
ok "fltrun works for a user" $? "$said"
# kept attributes answer for a dead manager, too: the command looks at the mount's root before it kills
for cache in auto fast; do
    said=$(fltrun --mount "$work/files:$work/mnt:cache=$cache" -- \
        sh -c 'stat "$0" && kill -KILL $(pgrep -u 65534 -f "fltmgrd -r $OPENFLTMGR_RUNTIME") && echo killed' "$work/mnt" 2>&1)
    status=$?
    left=$(grep " $work/mnt " /proc/self/mountinfo)
    [ $status = 125 ] && [ -z "$left" ] && grep -q "killed\|ended by signal 9" <<< "$said"
    ok "a manager that is killed under fltrun leaves no mount, cache=$cache" $? "status $status, left: $left; $said"
    [ -z "$left" ] || fusermount3 -u -z "$work/mnt"
done
