#!/bin/sh
# smoke.sh SOURCES BUILD: every kind of row of the benchmarks runs, once and shortly, and its results can be read. Never how fast. TAP.
directory=$(mktemp -d) || exit 1
trap 'rm -rf "$directory"' EXIT
echo 1..2
if "$1/bench/run" "$2" --smoke --rounds 1 --ms 10 --output "$directory" >"$directory/log" 2>&1; then
    echo "ok 1 - every row of every kind has a sample"
else
    echo "not ok 1 - every row of every kind has a sample"
    grep -E "FAILED|Error" "$directory/log" | sed 's/^/# /'
fi
if python3 - "$directory/results.json" <<'END'
import json, sys
result = json.load(open(sys.argv[1]))
rows = [row for cell in result['cells'] for row in cell['rows']]
assert rows and all(len(row['values']) == 1 and row['values'][0] >= 0 for row in rows), [row for row in rows if len(row['values']) != 1]
assert {'FltSendMessage', 'overlapped get', 'completion port', 'FilterSendMessage', 'SEQPACKET', 'mailslot', 'mailslot, one filter', 'manager: KiB a connection'} <= {row['row'] for row in rows}
assert [goal['goal'] for goal in result['goals']] == [f'G{n}' for n in range(1, 11)]
assert all(goal['state'] == 'not run' for goal in result['goals']), 'one round decides nothing'
END
then
    echo "ok 2 - the results name every row and decide no goal"
else
    echo "not ok 2 - the results name every row and decide no goal"
fi
