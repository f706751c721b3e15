#!/bin/sh
# Kills `citemap index` at random moments while searches go on, and looks whether anything is lost.
#
#   benches/kill.sh CITEMAP DATA [ROUNDS [SECONDS [RECORDS]]]
#
# CITEMAP is the program; DATA a folder with papers/*.pdf and scale/*.jsonl.gz. The corpus is the
# papers and RECORDS (20 000) records. Each round starts an index run, lets 0 to SECONDS (3) pass
# (numbers of awk's generator, seed 7), sends SIGKILL to the run and its readers, searches, and lets `doctor`
# check. Every third round a file is touched with other content, so that there is always something
# to do; when an index is whole, it is taken away. At the end the index is finished and compared,
# passage by passage of a fixed set of queries, with one that nothing disturbed.
set -eu
citemap=$(realpath "$1") data=$(realpath "$2") rounds=${3:-200} seconds=${4:-3} records=${5:-20000}
desk=$(mktemp -d)
trap 'rm -rf "$desk"' EXIT
mkdir "$desk/corpus"
cp "$data"/papers/*.pdf "$desk/corpus/"
zcat "$data"/scale/*.jsonl.gz | head -n "$records" > "$desk/corpus/records.jsonl"
cd "$desk"
failed_opens=0 unsound=0 whole=0 round=0
awk -v n="$rounds" -v most="$seconds" \
    'BEGIN { srand(7); for (i = 0; i < n; i++) printf "%.3f\n", most * rand() }' > times
while read -r time; do
    round=$((round + 1))
    "$citemap" -q index > /dev/null 2>&1 &
    run=$!
    sleep "$time"
    "$citemap" search --no-update -n 3 "language model" > /dev/null 2> search.err &
    search=$!
    kill -9 "$run" 2> /dev/null || whole=$((whole + 1))
    wait "$run" 2> /dev/null || true
    # 0 found, 1 nothing found yet; 2 is allowed only while no index has been begun.
    code=0; wait "$search" || code=$?
    if [ "$code" -gt 1 ] && [ -e index/current ]; then
        failed_opens=$((failed_opens + 1)); cat search.err
    fi
    if [ -e index/current ]; then
        code=0; "$citemap" search --no-update -n 3 "language model" > /dev/null 2> search.err || code=$?
        [ "$code" -le 1 ] || { failed_opens=$((failed_opens + 1)); cat search.err; }
        "$citemap" doctor --json > doctor.json 2> /dev/null || true
        if grep -q '"remedy": *"rebuild"' doctor.json; then
            unsound=$((unsound + 1)); cat doctor.json
        fi
    fi
    case $((round % 3)) in
        0) echo "{\"_id\":\"extra$round\",\"text\":\"one more record $round\"}" > corpus/extra.jsonl ;;
    esac
    if [ $((round % 25)) -eq 0 ]; then rm -rf index; fi
done < times
"$citemap" -q index || true
mv index disturbed
"$citemap" -q index || true
different=0
for query in "language model" "attention" "image" "galaxy" "protein" "graph neural network" "+record +more" "theorem"; do
    "$citemap" --index disturbed search --no-update --format jsonl -n 200 "$query" > a.json || true
    "$citemap" search --no-update --format jsonl -n 200 "$query" > b.json || true
    cmp -s a.json b.json || { different=$((different + 1)); echo "different: $query"; }
done
echo "$rounds rounds ($whole ended before the kill): $failed_opens failed opens, $unsound unsound, $different of 8 queries differ"
[ "$failed_opens$unsound$different" = 000 ]
