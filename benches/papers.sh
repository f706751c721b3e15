#!/bin/sh
# Indexing and searching a folder of papers, beside Recoll, pdftotext and ripgrep.
#
#   benches/papers.sh CITEMAP PAPERS [RUNS]       (needs recoll, poppler-utils and ripgrep)
#
# PAPERS is a folder of PDFs. Each step runs RUNS times (5), cold: the index is taken away before;
# the files are in the page cache for all. Printed: median of wall time, of processor time (user
# and system, children too) and of peak memory (of the largest process), each by GNU time.
set -eu
citemap=$(realpath "$1") papers=$(realpath "$2") runs=${3:-5}
desk=$(mktemp -d)
trap 'rm -rf "$desk"' EXIT
cd "$desk"
mkdir recoll text corpus
cp "$papers"/*.pdf corpus/
new=$(ls corpus | head -1)
printf 'topdirs = %s\n' "$papers" > recoll/recoll.conf
cat "$papers"/*.pdf > /dev/null

measure() { # name, command to prepare, command
    i=0
    : > times
    while [ "$i" -lt "$runs" ]; do
        i=$((i + 1))
        sh -c "$2"
        /usr/bin/time -a -o times -f '%e %U %S %M' sh -c "$3" > /dev/null 2>&1 || true
    done
    awk 'NF == 4 { print $1, $2 + $3, $4 / 1024 }' times > rows
    mid=$(((runs + 1) / 2))
    wall=$(cut -d' ' -f1 rows | sort -n | sed -n "${mid}p")
    cpu=$(cut -d' ' -f2 rows | sort -n | sed -n "${mid}p")
    memory=$(cut -d' ' -f3 rows | sort -n | sed -n "${mid}p")
    printf '%-30s %8s s wall %8s s cpu %6.0f MB\n' "$1" "$wall" "$cpu" "$memory"
}

measure "citemap index, cold" "rm -rf index" "$citemap --corpus $papers --index index -q index"
measure "citemap index, unchanged" "true" "$citemap --corpus $papers --index index -q index"
measure "citemap index, one new paper" "mv corpus/$new . && $citemap --corpus corpus --index grown -q index; mv $new corpus/" \
    "$citemap --corpus corpus --index grown -q index"
measure "recollindex, cold" "rm -rf recoll/xapiandb" "recollindex -c $desk/recoll"
measure "recollindex, unchanged" "true" "recollindex -c $desk/recoll"
measure "pdftotext, one by one" "rm -f text/*" "for f in $papers/*.pdf; do pdftotext \$f text/\$(basename \$f).txt; done"
measure "citemap search" "true" "$citemap --corpus $papers --index index search --no-update attention"
measure "recollq" "true" "recollq -c $desk/recoll attention"
measure "rg -i, over pdftotext's texts" "true" "rg -i attention text"
du -sm index recoll/xapiandb
