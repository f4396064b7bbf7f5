#!/usr/bin/env bash
# The manager keeps off its own mounts (V-214), and what its death leaves behind is closed (V-222).
. "$(dirname "$0")/lib.sh"
echo hello > "$work/files/a.txt"
echo underneath > "$work/mnt/under"
mkdir "$work/reg"
build_driver plain > /dev/null 2>&1
cp "$work/plain.so" "$work/files/"
mounted() { grep -q " $1 " /proc/self/mountinfo; }
kill_manager() { kill -KILL "$manager"; wait "$manager" 2>/dev/null; manager=; }

# its log lies where the mount will be, its registry is named from where it was started
cd "$work/files" || exit 1
fltmgrd -R ../reg/own.reg 2>> "$work/mnt/log" & manager=$!
wait_for 30 fltmc filters
ok "the manager starts" $?
cd / || exit 1
[ "$(readlink "/proc/$manager/cwd")" = "$work/run" ]
ok "V-214 it works in its runtime directory" $? "$(readlink "/proc/$manager/cwd")"
succeeds "a mount over its log" fltmc mount "$work/files" "$work/mnt"
exec 9< "$work/mnt/a.txt"
id=$(awk -v p="$work/mnt" '$5 == p { print $1 }' /proc/self/mountinfo)
[ -n "$id" ] && ! grep -qs "^mnt_id:[[:space:]]*$id\$" "/proc/$manager"/fdinfo/*
ok "V-214 no descriptor of it is on the mount, while a program has a file open" $? "$(grep -s "mnt_id:[[:space:]]*$id\$" "/proc/$manager"/fdinfo/*)"
! grep -q " $work/mnt/" "/proc/$manager/maps"
ok "V-214 nothing of the mount is mapped into it" $?
exec 9<&-
if ldd "$build/bin/fltmgrd" "$build"/lib/libfltmgr.so* 2>/dev/null | grep -Eq 'lib[at]san'; then
    ok "V-214 its code is locked # SKIP sanitizers leave mlock out" 0
else
    locked=$(awk '/^VmLck:/ { print $2 }' "/proc/$manager/status") # kB
    [ "$locked" -gt 200 ] || [ "$(ulimit -Hl)" != unlimited ]
    ok "V-214 its code is locked into memory" $? "$locked kB"
fi
# PF_MEMALLOC_NOIO and PF_LOCAL_THROTTLE, of each thread, when it may have them
if [ $((0x$(awk '/^CapEff:/ { print $2 }' "/proc/$manager/status") & 1 << 24)) != 0 ]; then
    bad=0
    for stat in "/proc/$manager"/task/*/stat; do
        read -r flags < <(sed 's/.*) //' "$stat" | cut -d' ' -f7)
        [ $((flags & 0x180000)) = $((0x180000)) ] || bad=$((bad + 1))
    done
    [ $bad = 0 ]
    ok "V-214 no thread of it waits for write-back to get memory" $? "$bad threads"
fi
fails_with "V-214 a driver on its own mount is refused" "lies on a mount of this manager" fltmc load "$work/mnt/plain.so" --altitude 370000
succeeds "the same driver from elsewhere is loaded" fltmc load "$work/plain.so" --altitude 370000
wait_for 30 grep -q plain "$work/reg/own.reg"
ok "V-214 a registry that was named relatively is where it was meant to be" $?
fails_with "V-214 a mount over its registry is refused" "manager's own registry $work/reg/own.reg" fltmc mount "$work/files" "$work/reg" -o noletter
fails_with "V-214 a mount over its socket is refused" "manager's own runtime directory $work/run" fltmc mount "$work/files" "$work/run" -o noletter
fails_with "V-214 so is one further up" "manager's own runtime directory $work/run" fltmc mount /usr/share "$work" -o noletter
fltmc volumes > /dev/null && cmp -s "$work/files/a.txt" "$work/mnt/a.txt"
ok "the manager is up and the mount works" $?
succeeds "the mount goes" fltmc unmount "$work/mnt"
grep -q "plain.so: not loaded: it lies on a mount" "$work/mnt/log"
ok "V-214 a log under the mount has taken the lines meanwhile" $? "$(cat "$work/mnt/log")"

# without more: the mount of a dead manager lets nobody through
succeeds "a mount" fltmc mount "$work/files" "$work/mnt"
kill_manager
fails_with "V-222 a dead manager's mount shows nothing" "not connected" cat "$work/mnt/under"
start_manager
! mounted "$work/mnt"
ok "the next manager takes it away" $?

if [ "$(id -u)" != 0 ]; then
    fails_with "V-222 fail_closed is root's" "fail_closed needs root" fltmc mount "$work/files" "$work/mnt" -o fail_closed
    exit
fi

# fail_closed: neither does what is under it
succeeds "a mount with fail_closed" fltmc mount "$work/files" "$work/mnt" -o fail_closed
cmp -s "$work/files/a.txt" "$work/mnt/a.txt"
ok "it shows the files" $?
succeeds "it goes" fltmc unmount "$work/mnt"
! mounted "$work/mnt" && [ "$(cat "$work/mnt/under")" = underneath ]
ok "V-222 a clean unmount gives the directory back as it was" $?
succeeds "a mount with fail_closed" fltmc mount "$work/files" "$work/mnt" -o fail_closed
kill_manager
fails_with "V-222 the manager is dead: nothing is shown" "not connected" cat "$work/mnt/a.txt"
umount -l "$work/mnt"
[ -z "$(ls -A "$work/mnt")" ] && ! cat "$work/mnt/under" 2> /dev/null
ok "V-222 its mount was taken away: nothing is shown either" $? "$(ls -lA "$work/mnt")"
fails_with "V-222 nothing can be put there" "Read-only" touch "$work/mnt/new"
chmod 755 "$work"
fails_with "V-222 nobody may enter" "Permission denied" setpriv --reuid 65534 --regid 65534 --clear-groups ls "$work/mnt"
start_manager
succeeds "V-222 the next manager mounts there again" fltmc mount "$work/files" "$work/mnt"
cmp -s "$work/files/a.txt" "$work/mnt/a.txt"
ok "and shows the files" $?
succeeds "without fail_closed this time" fltmc unmount "$work/mnt"
! mounted "$work/mnt" && [ "$(cat "$work/mnt/under")" = underneath ]
ok "V-222 nothing of it is left" $?

# over the files themselves
succeeds "a directory over itself" fltmc mount "$work/files" "$work/files" -o fail_closed
kill_manager
start_manager
[ -z "$(ls -A "$work/files")" ] && ! cat "$work/files/a.txt" 2> /dev/null
ok "V-222 the next manager has taken the dead mount away: the files are closed" $? "$(ls -lA "$work/files")"
succeeds "V-222 until they are guarded again" fltmc mount "$work/files" "$work/files" -o fail_closed
[ "$(cat "$work/files/a.txt")" = hello ]
ok "the files are back, behind the filters" $?
fltmc volumes > /dev/null && stop_manager
ok "the manager ends" $?
! mounted "$work/files" && [ "$(cat "$work/files/a.txt")" = hello ]
ok "V-222 a clean end gives the directory back" $? "$(grep "$work" /proc/self/mountinfo)"
