#!/usr/bin/env python3
"""Measures how often a remembered fragment of a paper leads back to it.

  fragments.py CITEMAP FOLDER [NUMBER] [SEED]

FOLDER has an indexed corpus with PDFs. Takes 5 to 9 words in a row from random pages, as pdftotext (poppler) has them, so that
the reader of citemap is measured too, and asks for them without quotes. Prints for how many the right paper, and the right page of
it, comes first, and the fragments that miss.
"""
import glob, json, os, random, re, subprocess, sys

citemap, folder = sys.argv[1:3]
number, seed = (int(sys.argv[3]) if len(sys.argv) > 3 else 60), (int(sys.argv[4]) if len(sys.argv) > 4 else 1)
random.seed(seed)
pages = []
for path in sorted(glob.glob(f"{folder}/corpus/**/*.pdf", recursive=True)):
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True).stdout
    pages += [(os.path.relpath(path, f"{folder}/corpus"), n + 1, page) for n, page in enumerate(text.split("\f"))]
queries = []
while len(queries) < number:
    path, page, text = random.choice(pages)
    # A paragraph of prose: most of it small letters. Hyphens at the ends of lines go, others separate words.
    prose = [p for p in text.split("\n\n") if len(p) > 200 and len(re.findall(r"[a-z ]", p)) > 0.85 * len(p)]
    if not prose or "references" in text.lower():
        continue
    words = re.findall(r"[^\W_]+", re.sub(r"-\n", "", random.choice(prose)))
    length = random.randint(5, 9)
    if len(words) > length:
        start = random.randrange(len(words) - length)
        queries.append((" ".join(words[start:start + length]).lower(), path, page))
with open(f"{folder}/fragments.jsonl", "w") as out:
    for n, (text, _, _) in enumerate(queries):
        out.write(json.dumps({"_id": str(n), "text": text}) + "\n")
answers = subprocess.run([citemap, "-C", folder, "search", "--queries", os.path.abspath(out.name), "--format", "json", "-n", "1"],
                         capture_output=True, text=True).stdout
os.remove(out.name)
found = {answer["query_id"]: answer["hits"] for answer in map(json.loads, answers.splitlines())}
right_paper = right_page = 0
for n, (text, path, page) in enumerate(queries):
    hit = next(iter(found.get(str(n), [])), None)
    passage = hit and hit["passage"]
    same = bool(hit) and hit["paper"]["path"] == path
    there = same and (passage["page"] or 0) <= page <= (passage["page_end"] or passage["page"] or 0)
    right_paper, right_page = right_paper + same, right_page + there
    if not there:
        print(f"{path} p.{page}: {text}\n    {hit and hit['paper']['path']} p.{passage and passage['page']}: {passage and passage['text'][:90]!r}")
print(f"{right_paper} of {number} papers first, {right_page} with the right page")
