#!/usr/bin/env python3
"""Asks a large index a thousand questions, beside SQLite FTS5 and bm25s on the same records.

    benches/scale.py CITEMAP FOLDER SECONDS [ours] [fts5] [bm25s]

CITEMAP is the program; FOLDER what `cargo bench --bench records` has left: corpus/records.jsonl and
index/ (`benches/scale.sh` does both, for several sizes). Queries: 1 000 by a fixed generator (seed 17), two
to eight words of a title; of each ten one holds a phrase and one a required word. Ours are asked in one
process with the default facets, by `--queries`; the time of each is what the program says of it. Its memory
is told apart by the system (smaps_rollup, looked at every fiftieth answer, the largest counts): what is its
own, and what are pages of the index, which the system takes back when it needs them.
FTS5 (one table, porter, bm25 order, top 10, no counts) and bm25s (numpy, English stop words, no
stemming, top 10) read the same records and are asked the words of the same queries, as many of them
as fit into SECONDS. Printed: p50 and p99 in milliseconds, records a second by the clock, processor
time, size.
"""
import json
import os
import pathlib
import random
import resource
import sqlite3
import subprocess
import sys
import time

PROGRAM, FOLDER, SECONDS = sys.argv[1], pathlib.Path(sys.argv[2]), float(sys.argv[3])
PEERS = sys.argv[4:] or ["ours", "fts5", "bm25s"]
RECORDS = FOLDER / "corpus" / "records.jsonl"


def titles(n):
    with RECORDS.open() as lines:
        return [json.loads(line)["title"] for _, line in zip(range(n), lines)]


def queries():
    rng, pool, out = random.Random(17), titles(40_000), []
    while len(out) < 1000:
        words = [w for w in rng.choice(pool).split() if w.isalnum()]
        if len(words) < 3:
            continue
        words = rng.sample(words, min(len(words), rng.randint(2, 8)))
        out.append(words)
    return out


def written(number, words):
    if number % 10 == 3:
        return f'"{words[0]} {words[1]}" ' + " ".join(words[2:])
    if number % 10 == 7:
        return f"+{words[0]} " + " ".join(words[1:])
    return " ".join(words)


def report(name, times, more=""):
    times = sorted(times)
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    print(f"{name:24} p50 {p50:8.2f} ms  p99 {p99:8.2f} ms  {more}", flush=True)


def memory(pid):
    """Megabytes of a process: its own, and mapped from files."""
    rows = (line.split() for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    kb = {row[0]: int(row[1]) for row in rows}
    return kb["Anonymous:"] >> 10, (kb["Rss:"] - kb["Anonymous:"]) >> 10


def ours(asked):
    file = FOLDER / "queries.jsonl"
    lines = (json.dumps({"_id": str(n), "text": written(n, w)}) for n, w in enumerate(asked))
    file.write_text("".join(line + "\n" for line in lines))
    command = [PROGRAM, "--corpus", FOLDER / "corpus", "--index", FOLDER / "index",
               "search", "--no-update", "--format", "json", "--queries", file]
    before = time.time()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    times, own, mapped = [], 0, 0
    for line in child.stdout:
        times.append(json.loads(line)["took_ms"])
        if len(times) % 50 == 1:
            now = memory(child.pid)
            own, mapped = max(own, now[0]), max(mapped, now[1])
    _, _, usage = os.wait4(child.pid, 0)
    wall, cpu = time.time() - before, usage.ru_utime + usage.ru_stime
    report("citemap", times, f"{len(times)} queries, {wall:.1f} s in all, {cpu:.1f} s cpu, "
           f"{own} MB of its own, {mapped} MB mapped")


def texts():
    with RECORDS.open() as lines:
        for line in lines:
            record = json.loads(line)
            yield record["title"] + "\n" + record["abstract"]


def spent():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def ask(asked, answer):
    """Milliseconds of each query, of as many as fit into the time."""
    times, end = [], time.time() + SECONDS
    for words in asked:
        before = time.time()
        if before > end:
            break
        answer(words)
        times.append(1000 * (time.time() - before))
    return times


def fts5(asked):
    path = FOLDER / "fts5.db"
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    db.executescript("pragma journal_mode = off; pragma synchronous = off;"
                     "create virtual table t using fts5(text, tokenize = 'porter unicode61')")
    before, cpu = time.time(), spent()
    db.executemany("insert into t values (?)", ((text,) for text in texts()))
    db.commit()
    took, cpu = time.time() - before, spent() - cpu
    n = db.execute("select count(*) from t").fetchone()[0]
    select = "select rowid from t where t match ? order by rank limit 10"

    def answer(words):
        db.execute(select, (" OR ".join(f'"{word}"' for word in words),)).fetchall()

    times = ask(asked, answer)
    report("SQLite FTS5", times, f"{len(times)} queries, {n / took:.0f} records/s, {cpu:.2f} s cpu, "
           f"{path.stat().st_size / (1 << 20):.1f} MB")
    db.close()
    path.unlink()


def bm25s(asked):
    import bm25s as engine
    before, cpu = time.time(), spent()
    tokens = engine.tokenize(list(texts()), stopwords="en", show_progress=False)
    index = engine.BM25()
    index.index(tokens, show_progress=False)
    took, cpu, n = time.time() - before, spent() - cpu, len(tokens.ids)
    del tokens

    def answer(words):
        query = engine.tokenize(" ".join(words), stopwords="en", show_progress=False)
        index.retrieve(query, k=10, show_progress=False)

    times = ask(asked, answer)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    report("bm25s", times, f"{len(times)} queries, {n / took:.0f} records/s, {cpu:.2f} s cpu, peak {peak} MB")


asked = queries()
for peer in PEERS:
    {"ours": ours, "fts5": fts5, "bm25s": bm25s}[peer](asked)
