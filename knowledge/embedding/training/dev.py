#!/usr/bin/env python3
"""Turn evaluation sets into a folder that train.py --more reads.

    dev.py OUT DOCS QUESTIONS.jsonl [DOCS QUESTIONS.jsonl …] [--half 0|1]

DOCS is the folder of Markdown documents that QUESTIONS (the format of `rongcuo eval`) were written for. Every article and
every case is written to OUT/articles.jsonl, every answerable question to OUT/questions.jsonl, or every other one with
--half, so that a training can be measured on those that it did not see.
"""
import argparse, glob, json, os, re

ARTICLE = re.compile(r"^\s*(?:#+\s*)?(?:\*\*)?(第[一二三四五六七八九十百千零〇]+条(?:之[一二三四五六七八九十]+)?)(?:\*\*)?[\s　]*", re.M)


def articles(folder):
    """(document, article) and text of all that a question may rest on."""
    for path in sorted(glob.glob(os.path.join(folder, "**", "*.md"), recursive=True)):
        name = os.path.relpath(path, folder)
        title = re.sub(r"\(.*", "", os.path.basename(name)[:-3])
        with open(path) as f:
            body = re.sub(r"^---\n.*?\n---\n", "", f.read(), flags=re.S)
        starts = list(ARTICLE.finditer(body)) if not name.startswith("cases") else []
        if not starts:
            yield (name, "全文"), title, body.strip()
        for this, after in zip(starts, starts[1:] + [None]):
            text = body[this.start():after.start() if after else len(body)].split("\n")
            yield (name, this.group(1)), title, "\n".join(text[:1] + [l for l in text[1:] if not l.startswith("#")]).strip()


def main(args):
    os.makedirs(args.out, exist_ok=True)
    with open(os.path.join(args.out, "articles.jsonl"), "w") as to_articles, open(os.path.join(args.out, "questions.jsonl"), "w") as to_questions:
        def write(f, line):
            f.write(json.dumps(line, ensure_ascii=False) + "\n")
        seen = 0
        for docs, questions in zip(args.sets[::2], args.sets[1::2]):
            known = set()
            for key, title, text in articles(docs):
                if key not in known:
                    known.add(key)
                    write(to_articles, {"id": "/".join(key), "title": title, "text": text})
            with open(questions) as f:
                for q in map(json.loads, f):
                    right = [(g["doc"], g["article"]) for field in ("gold", "alt") for g in q.get(field, [])]
                    right = ["/".join(r) for r in right if r in known]
                    if not right or q["kind"] in ("unanswerable", "injection"):
                        continue
                    seen += 1
                    if args.half is None or seen % 2 == args.half:
                        before = [t["content"] for t in q.get("history", []) if t["role"] == "user"]
                        write(to_questions, {"article": right[0], "also": right[1:], "kind": q["kind"], "question": " ".join(before + [q["question"]])})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--half", type=int, choices=(0, 1))
    main(parser.parse_args())
