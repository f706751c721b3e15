#!/bin/sh
# How cost grows with the corpus: medians of several rounds, the peers in turn within each.
#
#   benches/scale.sh CITEMAP RECORDS.jsonl.gz FOLDER [RUNS [SIZE...]]
#
# CITEMAP is the program; RECORDS.jsonl.gz holds records with `title` and `abstract`; FOLDER must be
# empty and have 5 GB for a million records; RUNS is 5 and the SIZEs are ten thousand, a hundred
# thousand and a million. PYTHON in the environment is one with bm25s (python3). For each size,
# benches/records.rs makes the records once (repeated with other ids and shuffled words); a round of it
# indexes them, beside the bare engine, then benches/scale.py asks a thousand queries, beside SQLite FTS5
# and bm25s. Printed for each size: what a round prints, medians with the lowest and the highest
# (benches/medians.py). What each round printed stays in FOLDER; what it has built is removed.
set -eu
here=$(dirname "$0") python=${PYTHON:-python3}
citemap=$(realpath "$1") records=$(realpath "$2") folder=$(realpath "$3") runs=${4:-5}
shift $(($# < 4 ? $# : 4))
[ $# -gt 0 ] || set -- 10000 100000 1000000
# Slow peers answer few queries at a million: a minute for them, less where rounds add up.
seconds=$((runs > 1 ? 20 : 60))
for size in "$@"; do
    mkdir -p "$folder/$size"
    round=0
    while [ $round -lt "$runs" ]; do
        round=$((round + 1))
        {
            cargo bench --quiet --bench records -- "$records" "$size" "$folder/$size"
            "$python" "$here/scale.py" "$citemap" "$folder/$size" $seconds ours
            rm -rf "$folder/$size/index"
            "$python" "$here/scale.py" "$citemap" "$folder/$size" $seconds fts5 bm25s
        } > "$folder/$size.$round.txt"
    done
    rm -rf "${folder:?}/$size"
    echo "$runs rounds"
    "$python" "$here/medians.py" "$folder/$size".*.txt
done
