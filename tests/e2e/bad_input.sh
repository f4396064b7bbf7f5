#!/usr/bin/env bash
# Bad input and bad luck, as a user meets them: each a clear message with the Windows status name, and no change made.
. "$(dirname "$0")/lib.sh"
echo hello > "$work/files/a.txt"
echo boom > "$work/files/crash.txt"
for driver in plain other failing crash; do build_driver $driver > /dev/null 2>&1; done
fails_with "fltcc refuses a driver without DriverEntry" "DriverEntry" fltcc -o "$work/noentry.so" "$top/tests/e2e/drivers/noentry.c"
cc -shared -fPIC -o "$work/noentry.so" "$top/tests/e2e/drivers/noentry.c"
said=$(fltcc -o "$work/missing.so" "$top/tests/e2e/drivers/missing.c" 2>&1)
grep -q OfmNobodyHasThis <<< "$said" && grep -q OfmNorThat <<< "$said"
ok "fltcc warns of functions that openfltmgr lacks, by name" $? "$said"
for command in filters instances volumes ports mounts mailslots "load x" "unload x" "attach x C:" "detach x C:" "unmount /x" stop \
    "mount $work $work" "mailslot write x y" "mailslot read x" "mailslot create x"; do
    fails_with "without a manager: $command" "no filter manager runs here .*start fltmgrd.*STATUS_DEVICE_NOT_CONNECTED" fltmc $command
done
start_manager
ok "the manager starts" $?

fails_with "a driver without DriverEntry is refused" "DriverEntry" fltmc load "$work/noentry.so" --altitude 1000
said=$(fltmc load "$work/missing.so" --altitude 1001 2>&1); [ $? -ne 0 ]; status=$?
ok "a driver with missing functions is refused" $status "$said"
grep -q OfmNobodyHasThis <(echo "$said"; cat "$work/log") && grep -q OfmNorThat <(echo "$said"; cat "$work/log")
ok "the refusal lists all missing names" $? "$said"
fails_with "a failing DriverEntry is told" "STATUS_FAILED_DRIVER_ENTRY" fltmc load "$work/failing.so" --altitude 1002
fails_with "with the driver's own status, number and name" "DriverEntry returned 0xc00000bb \(STATUS_NOT_SUPPORTED\)" \
    fltmc load "$work/failing.so" --altitude 1002
grep -q "0xc00000bb (STATUS_NOT_SUPPORTED)" "$work/log"
ok "so does the log" $? "$(tail -5 "$work/log")"
fails_with "an error that users meet is told in words, too" "The driver's entry point failed" fltmc load "$work/failing.so" --altitude 1002
fails_with "the error has its Windows name" "ERROR_FAILED_DRIVER_ENTRY, 0x80070287" fltmc load "$work/failing.so" --altitude 1002
fails_with "a driver's file that is not there" "STATUS_OBJECT_NAME_NOT_FOUND" fltmc load "$work/nosuch.so" --altitude 1
fails_with "an .inf file that is not there" "STATUS_OBJECT_NAME_NOT_FOUND" fltmc install "$work/nosuch.inf"
fails_with "an .inf file that is a directory" "STATUS_FILE_IS_A_DIRECTORY" fltmc install "$work/files"
fails_with "an .inf file that is none" "SPAPI_E_GENERAL_SYNTAX" fltmc install "$work/files/a.txt"
fails_with "and where it is wrong" "$work/files/a.txt: line 1: " fltmc install "$work/files/a.txt"
grep -v LoadOrderGroup "$top/samples/scanner/scanner.inf" > "$work/nogroup.inf"
said=$(fltmc install "$work/nogroup.inf" --driver "$work/plain.so" --show 2>&1)
[ $? -eq 0 ] && grep -q "warning: $work/nogroup.inf names no LoadOrderGroup" <<< "$said"
ok "F-058 an .inf without a load order group installs, and is told" $? "$said"
said=$(fltmc install "$top/samples/scanner/scanner.inf" --driver "$work/plain.so" --show 2>&1)
[ $? -eq 0 ] && ! grep -q warning <<< "$said" && grep -q '"Group"="FSFilter' <<< "$said"
ok "F-058 with one nothing is told" $? "$said"
fails_with "a wrong command line has the status name" "STATUS_INVALID_PARAMETER" fltmc load "$work/plain.so" --altitude 12x4
fails_with "and says where the help is" "Try fltmc help attach" fltmc attach
fails_with "F-077 a bad altitude is refused" "12x4 is no altitude: a decimal number" fltmc load "$work/plain.so" --altitude 12x4
fails_with "an unknown service is refused" "STATUS_OBJECT_NAME_NOT_FOUND|0x80070002" fltmc load nosuchfilter
fails_with "and it is said how to install one" "fltmc install FILE.inf" fltmc load nosuchfilter
cp "$work/failing.so" "$work/gone.so"
fltmc load "$work/gone.so" --altitude 1004 > /dev/null 2>&1
rm "$work/gone.so"
fails_with "a service whose driver is gone names the file" "$work/gone.so: no such file" fltmc load gone
fails_with "bad flags are refused" "zz are no flags" fltmc load "$work/plain.so" --altitude 1005 --flags zz
fails_with "a file that is no driver is refused" "." fltmc load "$work/files/a.txt" --altitude 1003

succeeds "a driver loads" fltmc load "$work/plain.so" --altitude 370000
fails_with "loading it twice is refused" "already|80070420" fltmc load "$work/plain.so" --altitude 370000
fails_with "a taken altitude is refused" "STATUS_FAILED_DRIVER_ENTRY" fltmc load "$work/other.so" --altitude 0370000.0
grep -Eqi "STATUS_FLT_INSTANCE_ALTITUDE_COLLISION|c01c0011" "$work/log"
ok "F-017 the log says that the altitude is taken" $? "$(tail -3 "$work/log")"
fltmc filters | grep -q '^plain' && ! fltmc filters | grep -q '^other'
ok "only the first is loaded" $?

fails_with "a directory that is not there" "STATUS_OBJECT_NAME_NOT_FOUND" fltmc mount "$work/nosuchdir" "$work/mnt"
fails_with "and which" "$work/nosuchdir: No such file or directory: say a directory" fltmc mount "$work/nosuchdir" "$work/mnt"
fails_with "a mount point that is not there" "STATUS_OBJECT_NAME_NOT_FOUND" fltmc mount "$work/files" "$work/nosuchpoint"
fails_with "and what to do" "$work/nosuchpoint: .*make the mount point first" fltmc mount "$work/files" "$work/nosuchpoint"
fails_with "fltrun: a mount point that is not there" "STATUS_OBJECT_NAME_NOT_FOUND" \
    fltrun --mount "$work/files:$work/nosuchpoint" -- true
fails_with "a file instead of a directory" "STATUS_NOT_A_DIRECTORY" fltmc mount "$work/files/a.txt" "$work/mnt"
fails_with "and what to do" "$work/files/a.txt is not a directory: say one" fltmc mount "$work/files/a.txt" "$work/mnt"
echo file > "$work/file"
fails_with "a file as mount point, and what to do" "$work/file: .*must be a directory: choose another" fltmc mount "$work/files" "$work/file"
! fltmc mounts | grep -q "$work"
ok "no mount is made of all that" $? "$(fltmc mounts)"
succeeds "a mount" fltmc mount "$work/files" "$work/mnt"
fltmc mounts | awk 'NR == 1 { at = index($0, "  Mount Point") } NR == 3 { exit !(at && substr($0, at, 3) == "  /") }'
ok "the table of mounts is in line, however long the paths are" $? "$(fltmc mounts)"
fails_with "a mount point in use" "mounted|busy|BUSY" fltmc mount "$work/files" "$work/mnt"
fails_with "a bad mount option" "option" fltmc mount "$work/files" "$work/mnt" -o nonsense
fails_with "a bad drive letter is named" 'option "letter=1"' fltmc mount "$work/files" -o letter=1
cat "$work/mnt/a.txt" > /dev/null # the first create offers the volume
fails_with "attach: unknown filter" "FILTER_NOT_FOUND|801[Ff]0013" fltmc attach nosuch "$work/mnt"
fails_with "attach: unknown volume" "VOLUME_NOT_FOUND|801[Ff]0014" fltmc attach plain Q:
fails_with "attach: where to look for volumes" "^Q: fltmc volumes" fltmc attach plain Q:
fails_with "instances: an unknown filter with the status name" "STATUS_FLT_FILTER_NOT_FOUND" fltmc instances -f nosuch
fails_with "attach: bad altitude" "1.2.3 is no altitude" fltmc attach plain "$work/mnt" -a 1.2.3 -i x
fails_with "attach: the same instance again" "COLLISION|801[Ff]001[12]" fltmc attach plain "$work/mnt"
fails_with "detach: unknown instance" "INSTANCE_NOT_FOUND|801[Ff]0015" fltmc detach plain "$work/mnt" nosuch
fails_with "unload: unknown filter" "STATUS_FLT_FILTER_NOT_FOUND" fltmc unload nosuch
fails_with "unload: which, and where to look" "^nosuch: fltmc filters" fltmc unload nosuch
fails_with "a mailslot that nobody has made" "ERROR_FILE_NOT_FOUND" fltmc mailslot write nosuch text
fails_with "which, and what to do" "^nosuch: nobody has made it: fltmc mailslots" fltmc mailslot write nosuch text
fails_with "the same when reading" "^nosuch: nobody has made it" fltmc mailslot read nosuch
fails_with "a mailslot's name that is none" "ERROR_INVALID_NAME" fltmc mailslot create ""
fails_with "unmount: unknown" "no mount point|VOLUME_NOT_FOUND" fltmc unmount /nosuch
exec 9< "$work/mnt/a.txt"
fails_with "unmount: in use" "STATUS_DEVICE_BUSY" fltmc unmount "$work/mnt"
fails_with "unmount: what is in use" "$work/mnt is in use" fltmc unmount "$work/mnt"
exec 9<&-
cmp -s "$work/mnt/a.txt" "$work/files/a.txt"
ok "the mount still works after all that" $?

# another user may look, not change
if [ "$(id -u)" = 0 ]; then
    chmod 755 "$work" "$work/run"
    said=$(setpriv --reuid 65534 --regid 65534 --clear-groups env PATH="$PATH" OPENFLTMGR_RUNTIME="$OPENFLTMGR_RUNTIME" fltmc unload plain 2>&1)
    [ $? -ne 0 ] && grep -Eq "PRIVILEGE_NOT_HELD|80070522" <<< "$said"
    ok "an ordinary user may not unload" $? "$said"
fi

# a crash in a callback: bug check, the mount does not hang
succeeds "a driver that will crash loads" fltmc load "$work/crash.so" --altitude 300000
timeout 100 cat "$work/mnt/crash.txt" > /dev/null 2>&1
[ $? -ne 124 ]
ok "the caller of a crashing callback does not hang" $?
wait "$manager" 2>/dev/null
[ $? -ne 0 ]
ok "the manager ended" $?
manager=
grep -q "driver: *crash" "$work/log" && grep -q "IRP_MJ_CREATE" "$work/log"
ok "the bug check names driver and operation" $? "$(tail -30 "$work/log")"
timeout 100 cat "$work/mnt/a.txt" > /dev/null 2>&1
[ $? -ne 124 ]
ok "nobody hangs on the dead mount" $?

# the next manager takes the stale mount away
start_manager
ok "the next manager starts" $?
! grep -q " $work/mnt " /proc/self/mountinfo
ok "the stale mount is gone" $?
succeeds "mounting there works again" fltmc mount "$work/files" "$work/mnt"
kill -KILL "$manager"; wait "$manager" 2>/dev/null; manager=
timeout 100 cat "$work/mnt/a.txt" > /dev/null 2>&1
[ $? -ne 124 ]
ok "after SIGKILL of the manager nobody hangs" $?
start_manager
succeeds "and the one after it mounts again" fltmc mount "$work/files" "$work/mnt"

fltmgrd 2> "$work/second" &
second=$!
wait $second
[ $? -ne 0 ] && grep -q "running" "$work/second"
ok "a second manager in the same directory is refused" $? "$(cat "$work/second")"
succeeds "a filter on the mount" fltmc load plain
cat "$work/mnt/a.txt" > /dev/null; fltmc instances | grep -q 'plain Instance'
ok "is attached" $? "$(fltmc instances)"
: > "$work/log"
stop_manager
ok "the manager ends on SIGTERM with status 0" $? "$(cat "$work/log")"
! grep -q " $work/mnt " /proc/self/mountinfo
ok "no mount is left" $?
! grep -qi "leak" "$work/log" && [ ! -e "$work/run/control" ]
ok "no socket, and no driver left anything" $? "$(cat "$work/log")"

# a damaged registry file is set aside
registry=$(ls "$work"/run/*.reg 2>/dev/null | head -1)
printf 'Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\broken\n"x"=dword:zz\n' > "${registry:-$work/run/registry.reg}"
start_manager
ok "a manager starts with a damaged registry file" $?
grep -qi "damaged" "$work/log" && ls "$work"/run/*damaged* > /dev/null 2>&1
ok "the damaged file is set aside, with a message" $? "$(tail -5 "$work/log"; ls "$work/run")"
stop_manager
printf 'ZeroTimeout = sometimes\n' > "$work/settings"
fails_with "a settings file that is not there" "settings file $work/nosuch.*No such file" fltmgrd -s "$work/nosuch"
fails_with "a registry that could never be written" "registry $work/nosuch/x.reg cannot be written.*-R" fltmgrd -R "$work/nosuch/x.reg"
fails_with "a registry that is a directory" "is not a file" fltmgrd -R "$work/files"
fails_with "a runtime directory without a parent" "$work/nosuch/run cannot be made.*-r" fltmgrd -r "$work/nosuch/run"
fails_with "fltrun: a bad altitude" "3x is no altitude" fltrun --driver "$work/plain.so" --altitude 3x -- true
fails_with "a bad setting names file and line" "settings:1.*ZeroTimeout" fltmgrd -s "$work/settings"

# a full disk: the registry's values hold, the old file stays whole, the message says so
if [ "$(id -u)" = 0 ]; then
    mkdir "$work/small"
    mount -t tmpfs -o size=64k tmpfs "$work/small"
    start_manager -R "$work/small/registry.reg"
    succeeds "a service on a small disk" fltmc load "$work/plain.so" --altitude 370000
    before=$(md5sum < "$work/small/registry.reg")
    dd if=/dev/zero of="$work/small/fill" bs=1k 2> /dev/null
    said=$(fltmc load "$work/other.so" --altitude 380000 2>&1)
    status=$?
    [ "$(md5sum < "$work/small/registry.reg")" = "$before" ]
    ok "on a full disk the old registry file stays whole" $? "$said"
    [ $status -ne 0 ] && grep -Eqi "DISK_FULL|not be written|space" <(echo "$said"; tail -5 "$work/log")
    ok "and the full disk is told" $? "status $status: $said"
    stop_manager

    # files on a full disk: a write through the mount says so, what was there stays
    rm "$work/small/fill"
    head -c 4096 /dev/zero | tr '\0' a > "$work/small/page" # to its last byte: more needs another page
    start_manager
    succeeds "a mount of a small disk" fltmc mount "$work/small" "$work/mnt"
    dd if=/dev/zero of="$work/small/fill" bs=1k 2> /dev/null
    said=$( (printf more >> "$work/mnt/page") 2>&1)
    [ $? -ne 0 ] && grep -q "No space left on device" <<< "$said"
    ok "a write to a full disk is told as such" $? "$said"
    [ "$(tr -d a < "$work/small/page" | wc -c)" = 0 ] && [ "$(wc -c < "$work/small/page")" = 4096 ]
    ok "the file is as before" $? "$(wc -c < "$work/small/page") bytes"
    rm "$work/mnt/fill" && printf more >> "$work/mnt/page" && [ "$(wc -c < "$work/small/page")" = 4100 ]
    ok "with room again it goes on" $? "$(ls -la "$work/small")"
    stop_manager
    umount "$work/small"
fi
