#!/usr/bin/env python3
"""Makes one table of what several rounds of the same measurements have printed.

    benches/medians.py ROUND...

Each ROUND is a file. Lines that differ in nothing but their numbers become one line: the median of
each number and, where the rounds do not agree, the lowest and the highest in parentheses.
"""
import collections
import pathlib
import re
import sys

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")


def merged(lines):
    columns = zip(*(NUMBER.findall(line) for line in lines))

    def number(_):
        texts = sorted(next(columns), key=float)
        middle = texts[len(texts) // 2]
        return middle if texts[0] == texts[-1] else f"{middle} ({texts[0]}-{texts[-1]})"

    return NUMBER.sub(number, lines[0])


rows = {}
for file in sys.argv[1:]:
    times = collections.Counter()
    for line in pathlib.Path(file).read_text().splitlines():
        name = " ".join(NUMBER.sub("N", line).split())
        # What a round prints twice is two lines of the table.
        times[name] += 1
        rows.setdefault((name, times[name]), []).append(line)
for lines in rows.values():
    print(merged(lines))
