#!/bin/sh
# How cost grows with the corpus: ten thousand, a hundred thousand and a million records in one run.
#
#   benches/scale.sh CITEMAP RECORDS.jsonl.gz FOLDER [PYTHON]
#
# CITEMAP is the program; RECORDS.jsonl.gz holds records with `title` and `abstract`; FOLDER must be
# empty and have 6 GB; PYTHON is one with bm25s (python3). For each size, benches/records.rs makes the records
# (repeated with other ids and shuffled words) and indexes them, beside the bare engine; then
# benches/scale.py asks a thousand queries, beside SQLite FTS5 and bm25s. What a size has left is
# removed before the next.
set -eu
here=$(dirname "$0")
citemap=$(realpath "$1") records=$(realpath "$2") folder=$3 python=${4:-python3}
for size in 10000 100000 1000000; do
    mkdir -p "$folder/$size"
    cargo bench --quiet --bench records -- "$records" "$size" "$folder/$size"
    rm -rf "$folder/$size/bare"
    "$python" "$here/scale.py" "$citemap" "$folder/$size"
    rm -rf "${folder:?}/$size"
done
