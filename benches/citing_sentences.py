#!/usr/bin/env python3
"""Makes judged queries of a corpus's own citations, for `cargo bench --bench ranking`.

  citing_sentences.py CITEMAP FOLDER [CITING-KEY]

FOLDER has an indexed corpus. Each sentence of the citing work (of every work, if none is named) that cites papers whose text
is in the index becomes a query, with the marks of citation taken out; those papers are its answers. The citing work is
excluded by the query, since it holds the sentence. Writes FOLDER/queries.jsonl and FOLDER/qrels.tsv.
"""
import json, re, subprocess, sys

citemap, folder = sys.argv[1:3]
citing = sys.argv[3] if len(sys.argv) > 3 else None


def ask(*args):
    done = subprocess.run([citemap, "-C", folder, *args], capture_output=True, text=True)
    return done.stdout


def without_marks(text):
    text = re.sub(r"\[[\d,;\s–-]+\]", " ", text)
    text = re.sub(r"\((?:[^()]*\b(?:19|20)\d\d[a-z]?[^()]*)\)", " ", text)
    text = re.sub(r"(?:[A-Z][\w’'-]+(?: et al\.| and [A-Z][\w’'-]+)?,? ?\(?(?:19|20)\d\d[a-z]?\)?;? ?)+", " ", text)
    return re.sub(r"[^\w\s.,/+-]", " ", text)


with_text = {hit for hit in ask("search", "*", "-l", "--no-update").split()
             if '"path":null' not in ask("show", hit, "--json").replace(" ", "")}
answers = {}
for key in sorted(with_text):
    for mention in json.loads(ask("cited", key, "--json") or '{"mentions":[]}')["mentions"]:
        if mention["by"] != key and citing in (None, mention["by"]):
            answers.setdefault((mention["by"], mention["sentence"]), set()).add(key)
kept = 0
with open(f"{folder}/queries.jsonl", "w") as queries, open(f"{folder}/qrels.tsv", "w") as qrels:
    for (by, sentence), keys in sorted(answers.items()):
        text = " ".join(word.lstrip("+-") for word in without_marks(sentence).split())
        if len(re.findall(r"\w{3,}", text)) < 3:
            continue
        kept += 1
        queries.write(json.dumps({"_id": str(kept), "text": f"{text} -key:{by}"}, ensure_ascii=False) + "\n")
        for key in sorted(keys):
            qrels.write(f"{kept}\t{key}\t1\n")
print(f"{len(with_text)} papers, {len(answers)} citing sentences, {kept} queries")
