#!/usr/bin/env python3
"""Failures and characters without Unicode by script, beside pdftotext, over PDFs drawn by chance.

    benches/scripts.py CITEMAP FOLDER [N]

FOLDER holds PDFs in many scripts, such as the unpacked documentation of Debian's texlive-lang-*
and texlive-*-doc packages. N of them (300) are drawn with seed 7, between 2 kB and 8 MB, at most 90
in Latin letters and 60 in any other script; the script is what most letters of pdftotext's text
are in. Printed by script: files, files that gave no text, and the share of U+FFFD and of private
and unassigned characters in our text and in pdftotext's, which leaves most of them out.
"""
import collections
import json
import pathlib
import random
import subprocess
import sys
import unicodedata

PROGRAM, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
WANTED = int(sys.argv[3]) if len(sys.argv) > 3 else 300
SCRIPTS = {
    "CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean", "ARABIC": "Arabic",
    "HEBREW": "Hebrew", "CYRILLIC": "Cyrillic", "DEVANAGARI": "Indic", "BENGALI": "Indic", "TAMIL": "Indic",
    "THAI": "Thai", "LATIN": "Latin",
}
# A letter says the less of the script, the more often texts in other scripts have it.
WEIGHTS = {"Latin": 0.25, "Japanese": 3}


def script(text):
    counts = collections.Counter()
    for letter in filter(str.isalpha, text):
        name = SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0], "other")
        counts[name] += WEIGHTS.get(name, 1)
    return counts.most_common(1)[0][0] if counts else "no text"


def garbage(text):
    return sum(letter == "\ufffd" or unicodedata.category(letter) in ("Co", "Cn") for letter in text)


def output(*command):
    try:
        done = subprocess.run(command, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode("utf-8", "replace")


files = sorted(p for p in FOLDER.rglob("*.pdf") if 2_000 < p.stat().st_size < 8_000_000)
random.Random(7).shuffle(files)
table = collections.defaultdict(lambda: [0] * 6)
for path in files:
    if sum(row[0] for row in table.values()) >= WANTED:
        break
    theirs = output("pdftotext", "-enc", "UTF-8", path, "-") or ""
    row = table[script(theirs)]
    if row[0] >= (90 if row is table.get("Latin") else 60):
        continue
    row[0] += 1
    answer = output(PROGRAM, "text", "--json", path)
    if not answer:
        row[1] += 1
        continue
    ours = "".join(" ".join(block["text"] for block in json.loads(answer)["blocks"]).split())
    theirs = "".join(theirs.split())
    for at, number in enumerate((garbage(ours), len(ours), garbage(theirs), len(theirs)), 2):
        row[at] += number
print(f"{'script':10} files  failed  ours %  pdftotext %")
for name, (n, failed, bad, length, their_bad, their_length) in sorted(table.items(), key=lambda row: -row[1][0]):
    print(f"{name:10} {n:5} {failed:7} {100 * bad / max(1, length):7.3f} {100 * their_bad / max(1, their_length):12.3f}")
