#!/usr/bin/env python3
"""Measures other engines on the collections that `cargo bench --bench ranking` measures citemap on.

  pip install bm25s PyStemmer tantivy
  peers.py FOLDER [CITEMAP]

FOLDER has a folder for each collection in the layout of BEIR: corpus.jsonl, queries.jsonl, qrels.tsv. Prints nDCG@10 of
  plain tantivy     its own parser and BM25 over one field with title and text, en_stem
  bm25s             k1 1.2, b 0.75, English stop words and Porter's stemmer; Chinese by pairs of characters
  SQLite FTS5       bm25() over one column, the porter tokenizer; words joined by OR; Chinese by pairs of characters
  citemap           given the program and folders that also have `corpus/` and `index/`: its run, scored by the same lines
"""
import collections, json, math, os, re, sqlite3, subprocess, sys

import bm25s, Stemmer, tantivy

DEPTH = 100


def read(folder):
    lines = lambda name: [json.loads(line) for line in open(os.path.join(folder, name), encoding="utf8")]
    docs = [(str(d["_id"]), (d.get("title") or "") + "\n" + (d.get("text") or "")) for d in lines("corpus.jsonl")]
    qrels = collections.defaultdict(dict)
    for line in open(os.path.join(folder, "qrels.tsv"), encoding="utf8"):
        query, doc, grade = line.rstrip("\n").split("\t")[:3]
        if grade.isdigit() and int(grade) > 0:
            qrels[query][doc] = int(grade)
    return docs, [(str(q["_id"]), q["text"]) for q in lines("queries.jsonl") if str(q["_id"]) in qrels], qrels


def ndcg(qrels, run):
    """nDCG@10; documents of equal score by id, descending, as trec_eval takes them."""
    total = 0.0
    for query, judged in qrels.items():
        ranked = sorted(run.get(query, []), key=lambda hit: (hit[1], hit[0]), reverse=True)[:10]
        gain = sum(judged.get(doc, 0) / math.log2(i + 2) for i, (doc, _) in enumerate(ranked))
        ideal = sum(g / math.log2(i + 2) for i, g in enumerate(sorted(judged.values(), reverse=True)[:10]))
        total += gain / ideal
    return total / len(qrels)


def cjk_pairs(text):
    pair = lambda run: " ".join(run[i : i + 2] for i in range(max(1, len(run) - 1)))
    return re.sub(r"[\u3040-\u30ff\u3400-\u9fff]+", lambda m: " " + pair(m[0]) + " ", text)


def with_bm25s(docs, queries):
    stem = Stemmer.Stemmer("porter")
    cut = lambda texts: bm25s.tokenize([cjk_pairs(t) for t in texts], stopwords="en", stemmer=stem, show_progress=False,
                                       token_pattern=r"(?u)\b\w\w+\b")
    engine = bm25s.BM25(k1=1.2, b=0.75)
    engine.index(cut([text for _, text in docs]), show_progress=False)
    places, scores = engine.retrieve(cut([text for _, text in queries]), k=min(DEPTH, len(docs)), show_progress=False)
    return {query: [(docs[i][0], float(s)) for i, s in zip(p, sc) if s > 0]
            for (query, _), p, sc in zip(queries, places, scores)}


def with_tantivy(docs, queries):
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("key", stored=True, tokenizer_name="raw")
    schema.add_text_field("body", tokenizer_name="en_stem")
    index = tantivy.Index(schema.build())
    writer = index.writer(100_000_000, 1)
    for key, text in docs:
        writer.add_document(tantivy.Document(key=key, body=cjk_pairs(text)))
    writer.commit()
    index.reload()
    searcher, run = index.searcher(), {}
    for query, text in queries:
        parsed, _ = index.parse_query_lenient(cjk_pairs(text), ["body"])
        hits = searcher.search(parsed, DEPTH).hits
        run[query] = [(searcher.doc(address)["key"][0], score) for score, address in hits]
    return run


def with_fts5(docs, queries):
    base = sqlite3.connect(":memory:")
    base.execute("create virtual table t using fts5(key unindexed, body, tokenize='porter unicode61')")
    base.executemany("insert into t values (?, ?)", [(key, cjk_pairs(text)) for key, text in docs])
    run = {}
    for query, text in queries:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", cjk_pairs(text)))
        found = base.execute("select key, -bm25(t) from t where t match ? order by bm25(t) limit ?", (words, DEPTH))
        run[query] = found.fetchall() if words else []
    return run


def with_citemap(program, folder):
    queries = os.path.abspath(os.path.join(folder, "queries.jsonl"))
    out = subprocess.run([program, "-C", folder, "search", "--queries", queries, "--format", "trec", "-n", str(DEPTH)],
                         capture_output=True, text=True).stdout
    run = collections.defaultdict(list)
    for line in out.splitlines():
        query, _, doc, _, score, _ = line.split()
        run[query].append((doc, float(score)))
    return run


folder, program = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
names = sorted(n for n in os.listdir(folder) if os.path.exists(os.path.join(folder, n, "corpus.jsonl")))
rows = collections.defaultdict(list)
for name in names:
    docs, queries, qrels = read(os.path.join(folder, name))
    for label, engine in [("plain tantivy, en_stem", with_tantivy), ("bm25s", with_bm25s), ("SQLite FTS5", with_fts5)]:
        rows[label].append(ndcg(qrels, engine(docs, queries)))
    if program:
        rows["citemap"].append(ndcg(qrels, with_citemap(program, os.path.join(folder, name))))
print("| | " + " | ".join(names) + " |\n|---" + "|---" * len(names) + "|")
for label, values in rows.items():
    print(f"| {label} | " + " | ".join(f"{v:.4f}" for v in values) + " |")
