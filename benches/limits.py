#!/usr/bin/env python3
"""Holds every file of some folders to the limits, one by one, and then all of them in one run.

    benches/limits.py CITEMAP FOLDER...

CITEMAP is the program, with its default limits: 10 s, 768 MB of address space and 64 MB of answer a
document. The folders hold sound papers, broken and hostile ones, bombs. First each file is read
alone (`citemap text --json`): its time, the peak memory of its worker and the length of what came
out. Then all are copied into one corpus and indexed; memory of the parent and of each worker is
the system's high-water mark, looked at every 5 ms. Printed: what comes within a tenth of a limit or
passes it, the extremes, the reasons, and whether any sound paper is missing (those of a folder
named `papers`). Ends with 1 if a limit is passed by more than a tenth or a paper is missing.
"""
import collections
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.realpath(sys.argv[1])
FOLDERS = [pathlib.Path(folder) for folder in sys.argv[2:]]
SECONDS, MEMORY, OUTPUT = 10.0, 768 << 20, 64 << 20
SUFFIXES = {".pdf", ".tex", ".gz", ".zip", ".html", ".xml", ".md", ".txt", ".jsonl", ".epub", ".docx"}


def alone(path):
    """Seconds, bytes of memory of the largest process, bytes of output, status."""
    before = time.monotonic()
    child = subprocess.Popen([PROGRAM, "text", "--json", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    n = sum(len(part) for part in iter(lambda: child.stdout.read(1 << 20), b""))
    _, status, usage = os.wait4(child.pid, 0)
    return time.monotonic() - before, usage.ru_maxrss << 10, n, os.waitstatus_to_exitcode(status)


def high_water(pid):
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return max((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM")), default=0)


def workers(pid):
    """Child processes of all threads."""
    found = set()
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            found.update(pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split())
    except OSError:
        pass
    return found


def together(desk, files):
    corpus = desk / "corpus"
    for number, (folder, path) in enumerate(files):
        name = path.name if folder.name == "papers" else f"{number:03}-{path.name}"
        shutil.copyfile(path, corpus / name)
    command = [PROGRAM, "--corpus", corpus, "--index", desk / "index", "-q", "index"]
    before, parent, peaks = time.monotonic(), 0, collections.Counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while child.poll() is None:
        parent = max(parent, high_water(child.pid))
        for pid in workers(child.pid):
            peaks[pid] = max(peaks[pid], high_water(pid))
        time.sleep(0.005)
    wall = time.monotonic() - before
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    status = json.loads(subprocess.run([*command[:-2], "status", "--json"], capture_output=True).stdout)
    return wall, usage, parent, peaks, status


def main():
    files = [(folder, path) for folder in FOLDERS for path in sorted(folder.rglob("*"))
             if path.is_file() and path.suffix.lower() in SUFFIXES]
    rows, passed = [], 0
    for _, path in files:
        seconds, memory, output, status = alone(path)
        rows.append((path.name, seconds, memory, output, status))
        share = max(seconds / SECONDS, memory / MEMORY, output / OUTPUT)
        passed += share > 1.1
        if share > 0.9:
            print(f"{path.name}: {seconds:.2f} s, {memory >> 20} MB, {output >> 20} MB out, exit {status}")
    print(f"{len(rows)} files one by one: {passed} over a limit by more than a tenth")
    for what, at, unit in [("slowest", 1, 1), ("most memory", 2, 1 << 20), ("most output", 3, 1 << 20)]:
        top = sorted(rows, key=lambda row: -row[at])[:4]
        print(f"  {what}: " + ", ".join(f"{row[0]} {row[at] / unit:.1f}" for row in top))
    with tempfile.TemporaryDirectory() as folder:
        desk = pathlib.Path(folder)
        (desk / "corpus").mkdir()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall, usage, parent, peaks, status = together(desk, files)
    cpu = usage.ru_utime + usage.ru_stime - before.ru_utime - before.ru_stime
    top = [f"{peak >> 20}" for peak in sorted(peaks.values(), reverse=True)]
    print(f"together: {wall:.1f} s, {cpu:.1f} s of processor time, parent {parent >> 20} MB, "
          f"{len(top)} workers: {' '.join(top[:12])} MB")
    print(f"  files: {json.dumps(status['files'])}")
    for reason, n in sorted(status["reasons"].items(), key=lambda item: -item[1]):
        print(f"  {n:4} {reason}")
    papers = {path.name for folder, path in files if folder.name == "papers"}
    lost = papers & {failure["path"] for failure in status["failures"]}
    print(f"{len(papers)} papers, {len(lost)} not indexed: {sorted(lost)}")
    return 1 if passed or lost or any(peak > MEMORY * 1.1 for peak in peaks.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
