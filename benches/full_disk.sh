#!/bin/sh
# Indexes onto a disk that fills up, and looks whether the old index stays whole.
#
#   benches/full_disk.sh CITEMAP DATA [ROUNDS]        (as root: it mounts a tmpfs)
#
# CITEMAP is the program; DATA a folder with papers/*.pdf and scale/*.jsonl.gz. The index lies on a
# tmpfs. It first holds an index of ten papers. Then, ROUNDS times (20), the corpus grows by a
# thousand records more than what fits into what the tmpfs has left (another size each round):
# the run must fail with a message, the old index must answer as before, and after the disk is made
# larger the next run must succeed.
set -eu
citemap=$(realpath "$1") data=$(realpath "$2") rounds=${3:-20}
desk=$(mktemp -d)
trap 'umount "$desk/index" 2> /dev/null; rm -rf "$desk"' EXIT
mkdir "$desk/corpus" "$desk/index"
mount -t tmpfs -o size=200m tmpfs "$desk/index"
cd "$desk"
ls "$data"/papers/*.pdf | head -10 | while read -r f; do cp "$f" corpus/; done
"$citemap" -q index
bad=0 round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    "$citemap" search --no-update --format jsonl "attention" > before.json
    used=$(du -sk index | cut -f1)
    mount -o "remount,size=$((used + 200 + 137 * round))k" "$desk/index"
    zcat "$data"/scale/*.jsonl.gz | head -n $((8000 + 1000 * round)) > corpus/records.jsonl
    code=0; "$citemap" -q index > out 2>&1 || code=$?
    if [ "$code" -ne 2 ]; then bad=$((bad + 1)); echo "round $round: exit $code"; fi
    grep -qi "space" out || { bad=$((bad + 1)); echo "round $round: says"; cat out; }
    code=0; "$citemap" search --no-update --format jsonl "attention" > after.json 2> err || code=$?
    if [ "$code" -ne 0 ]; then bad=$((bad + 1)); echo "round $round: search exit $code"; cat err; fi
    mount -o remount,size=200m "$desk/index"
    rm corpus/records.jsonl
    code=0; "$citemap" -q index > out 2>&1 || code=$?
    if [ "$code" -ne 0 ]; then bad=$((bad + 1)); echo "round $round: after: exit $code"; cat out; fi
    "$citemap" search --no-update --format jsonl "attention" > after.json
    cmp -s before.json after.json || { bad=$((bad + 1)); echo "round $round: another answer"; }
done
echo "$rounds rounds: $bad bad"
[ "$bad" = 0 ]
