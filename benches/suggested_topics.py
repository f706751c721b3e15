#!/usr/bin/env python3
"""Measures whether the topics suggested to papers that no survey cites are the right ones.

  suggested_topics.py CITEMAP FOLDER SCRATCH

FOLDER has an indexed corpus with a survey. In a copy of it, each paper that has a text and topics is taken out of the survey's map, one at
a time, and asked for with `citemap similar`. Prints for how many a topic that the survey gave is suggested first, and among three;
a topic above or below the right one counts.
"""
import glob, json, os, re, shutil, subprocess, sys

citemap, folder, scratch = sys.argv[1:4]
shutil.copytree(folder, scratch, symlinks=True)


def ask(*args):
    return subprocess.run([citemap, "-C", scratch, *args], capture_output=True, text=True).stdout


maps = glob.glob(f"{scratch}/corpus/surveys/*.toml")
surveys = {os.path.basename(path)[:-5] for path in maps}
hits = [json.loads(line) for line in ask("search", "*", "--format", "jsonl", "-n", "100000").splitlines()]
right = {h["paper"]["key"]: h["topics"] for h in hits if h["paper"]["path"] and h["topics"]}
asked = first = among = 0
for key, topics in sorted(right.items()):
    if key in surveys:
        continue
    before = {path: open(path, encoding="utf8").read() for path in maps}
    for path, text in before.items():
        open(path, "w", encoding="utf8").write(re.sub(r'"%s"(, ?)?' % re.escape(key), "", text))
    ask("index", "-q")
    suggested = [path for path, _ in json.loads(ask("similar", key, "--json") or "{}").get("suggested_topics", [])]
    for path, text in before.items():
        open(path, "w", encoding="utf8").write(text)
    fits = [any(f"{s}/".startswith(f"{t}/") or f"{t}/".startswith(f"{s}/") for t in topics) for s in suggested[:3]]
    asked, first, among = asked + 1, first + fits[:1].count(True), among + any(fits)
    print(key, "right" if any(fits) else "wrong", suggested[:3], topics)
shutil.rmtree(scratch)
print(f"{asked} papers: the first suggestion is right for {first}, one of three for {among}")
