#!/usr/bin/env bash
# The samples vslot and slotgroup with their applications: ordinary programs on a slot that a filter makes up, and on a group.
. "$(dirname "$0")/lib.sh"
S=$build/samples
cp "$top/samples/slotgroup/slotgroup.inf" "$S/slotgroup/slotgroup.so" "$work/"
start_manager
"$S/vslot/vslotapp" write lost > "$work/said" 2>&1
ok "without the filter nobody knows the name" $(($? == 1 ? 0 : 1)) "$(cat "$work/said")"
succeeds "the virtual slot's filter loads" fltmc load "$S/vslot/vslot.so" --altitude 389990.5
fltmc instances | grep -Eq '^vslot +\\Device\\Mailslot +389990\.5 '
ok "and is attached to the mailslot volume by itself" $? "$(fltmc instances)"
"$S/vslot/vslotapp" read 2 > "$work/read" 2>&1 &
reader=$!
wait_for 100 grep -q serving "$work/read"
"$S/vslot/vslotapp" write hello "second one" &
writer=$!
wait $writer
ok "an application writes to it" $?
wait $reader
ok "an application reads from it" $? "$(cat "$work/read")"
[ "$(cat "$work/read")" = "serving
[$writer] hello
[$writer] second one" ]
ok "each message bears its writer's process id" $? "$(cat "$work/read")"
[ "$(fltmc mailslots | wc -l)" = 1 ]
ok "the file system below never saw the name" $? "$(fltmc mailslots)"
succeeds "the group's filter is installed from its .inf" fltmc install "$work/slotgroup.inf"
succeeds "and loads" fltmc load slotgroup
[ "$("$S/slotgroup/groupapp" "to both")" = '\\.\mailslot\alerts\screen: to both
\\.\mailslot\alerts\log: to both' ]
ok "what is written to the group arrives in each member" $?
succeeds "vslot unloads" fltmc unload vslot
succeeds "slotgroup unloads" fltmc unload slotgroup
stop_manager
ok "the manager ends without leaks" $? "$(cat "$work/log")"
! grep -Eqi 'leak|mistake' "$work/log"
ok "and without a complaint" $? "$(cat "$work/log")"
