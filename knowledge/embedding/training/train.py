#!/usr/bin/env python3
"""Fine-tune the search model on the questions of this folder, on the CPU.

    train.py MODEL TUNED.onnx [--start FILE.onnx] [--from FILE[:N]] … [--more FOLDER] … [--epochs 1] [--rate 5e-5] …

MODEL is a folder with bge-small-zh-v1.5.onnx and bge-small-zh-v1.5-tokenizer.json, as the published package holds them
(see ../MODEL_CARD.md). Needs the Python packages jax, optax, onnx, tokenizers, numpy and scipy. The data are articles.jsonl
beside this file, the questions of each --from FILE beside it (N of them, drawn by --seed; without --from every file of
questions), and articles.jsonl and questions.jsonl of each --more FOLDER. --start goes on from the weights of an earlier run.
After each epoch but the last the weights so far are written as TUNED-e1.onnx, TUNED-e2.onnx, …

The loss is contrastive: each question's article against the articles of the other questions of the batch and --hard
articles for each that look right and are not, found among the training articles by words and by the vectors of the
--miner. With --hard -1 it stands against every article there is, by the vector that each had when it was last the right one
(or at the start): three times as fast as two hard negatives, since a batch holds right articles only. Articles nearly equal to a right one never count as wrong, nor do articles of other documents that are near it
(--near): a rule of another county on the same matter is right too. --keep is the share of the tuned weights in the result,
the rest being the unchanged ones; mean.py gives the mean of several runs.

TUNED.onnx goes to the program that writes the weights file: go run ./knowledge/embedding/make -tuned TUNED.onnx …
"""
import argparse, collections, json, os, random, re, time

import jax, jax.numpy as jnp
import numpy as np, onnx, optax, scipy.sparse as sp
from onnx import numpy_helper
from tokenizers import Tokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
HEADS, QUESTION, STEP = 8, 48, 48  # STEP: texts are padded to a multiple of it
FILES = ["questions.jsonl", "everyday.jsonl", "misses.jsonl"]
MODEL, TOKENIZER = "bge-small-zh-v1.5.onnx", "bge-small-zh-v1.5-tokenizer.json"
PARTS = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense", "output.dense")


# ---- the model: BERT, four layers, the last state of the first token ----

def read_model(path):
    """The weights as a tree: {words, places, norm, layers: [{part: (matrix, bias)}]}."""
    graph = onnx.load(path).graph
    w = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    products = [n.input[1] for n in graph.node if n.op_type == "MatMul" and n.input[1].startswith("onnx::")]
    model = {"words": w["embeddings.word_embeddings.weight"],
             "places": w["embeddings.position_embeddings.weight"] + w["embeddings.token_type_embeddings.weight"][0],
             "norm": (w["embeddings.LayerNorm.weight"], w["embeddings.LayerNorm.bias"]), "layers": []}
    for layer in range(4):
        at = "encoder.layer.%d." % layer
        one = {p: (w[products[6 * layer + i]], w[at + p + ".bias"]) for i, p in enumerate(PARTS)}
        for n in ("attention.output", "output"):
            one[n] = (w[at + n + ".LayerNorm.weight"], w[at + n + ".LayerNorm.bias"])
        model["layers"].append(one)
    return jax.tree.map(jnp.asarray, model)


def write_model(folder, model, out):
    """The published graph with the tuned weights in place of its own."""
    published = onnx.load(os.path.join(folder, MODEL))
    tensors = {t.name: t for t in published.graph.initializer}
    products = [n.input[1] for n in published.graph.node if n.op_type == "MatMul" and n.input[1].startswith("onnx::")]

    def put(name, values):
        assert list(tensors[name].dims) == list(values.shape), name
        tensors[name].CopyFrom(numpy_helper.from_array(np.asarray(values, np.float32), name))
    kind = numpy_helper.to_array(tensors["embeddings.token_type_embeddings.weight"])[0]
    put("embeddings.word_embeddings.weight", model["words"])
    put("embeddings.position_embeddings.weight", model["places"] - kind)
    put("embeddings.LayerNorm.weight", model["norm"][0])
    put("embeddings.LayerNorm.bias", model["norm"][1])
    for layer, one in enumerate(model["layers"]):
        at = "encoder.layer.%d." % layer
        for i, part in enumerate(PARTS):
            put(products[6 * layer + i], one[part][0])
            put(at + part + ".bias", one[part][1])
        for part in ("attention.output", "output"):
            put(at + part + ".LayerNorm.weight", one[part][0])
            put(at + part + ".LayerNorm.bias", one[part][1])
    onnx.save(published, out)


def normed(x, scale):
    mean = x.mean(-1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-12) * scale[0] + scale[1]


def encode(model, ids):
    """ids [batch, length], 0 is padding; unit vectors [batch, 512]."""
    batch, length = ids.shape
    x = normed(model["words"][ids] + model["places"][:length], model["norm"])
    unseen = jnp.where(ids > 0, 0., -1e9)[:, None, None, :]
    for layer in model["layers"]:
        def through(part, y):
            return y @ layer[part][0] + layer[part][1]

        def heads(part):
            return through(part, x).reshape(batch, length, HEADS, -1).transpose(0, 2, 1, 3)
        q, k, v = (heads("attention.self." + p) for p in ("query", "key", "value"))
        attention = jax.nn.softmax(q @ k.swapaxes(-1, -2) / q.shape[-1] ** .5 + unseen) @ v
        x = normed(x + through("attention.output.dense", attention.transpose(0, 2, 1, 3).reshape(x.shape)), layer["attention.output"])
        x = normed(x + through("output.dense", jax.nn.gelu(through("intermediate.dense", x), approximate=False)), layer["output"])
    return x[:, 0] / jnp.linalg.norm(x[:, 0], axis=-1, keepdims=True)


class Reader:
    def __init__(self, folder):
        self.tokenizer = Tokenizer.from_file(os.path.join(folder, TOKENIZER))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.encode = jax.jit(encode)

    def ids(self, texts, longest):
        out = np.zeros((len(texts), longest), np.int32)
        for row, text in enumerate(texts):
            ids = self.tokenizer.encode(text).ids
            ids = ids if len(ids) <= longest else ids[:longest - 1] + ids[-1:]
            out[row, :len(ids)] = ids
        return out

    def groups(self, texts, longest):
        """ids of the shorter and the longer half, each padded no further than it needs, and the place of each text."""
        ids = self.ids(texts, longest)
        size = (ids > 0).sum(1)
        order = np.argsort(size, kind="stable")
        halves = order[:len(order) // 2], order[len(order) // 2:]
        return [ids[half][:, :-(-int(size[half].max()) // STEP) * STEP] for half in halves], np.argsort(order)

    def vectors(self, model, texts, longest):
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = np.zeros((len(texts), 512), np.float32)
        for start in range(0, len(order), 64):
            rows = order[start:start + 64]
            ids = self.ids([texts[i] for i in rows], min(longest, -(-(len(texts[rows[-1]]) + 2) // STEP) * STEP))
            full = np.concatenate([ids, np.repeat(ids[:1], 64 - len(rows), 0)])
            out[rows] = np.asarray(self.encode(model, full))[:len(rows)]
        return out


# ---- what looks right and is not ----

def grams(text):
    for run in re.findall(r"[一-鿿]+|[A-Za-z0-9]+", text):
        if run[0] < "一":
            yield run.lower()
        else:
            yield from run
            yield from (run[i:i + 2] for i in range(len(run) - 1))


def word_scores(texts, questions, k1=1.2, b=.8):
    """BM25 on characters and pairs: [questions, texts]."""
    ids, rows, cols, counts, sizes = {}, [], [], [], []
    for row, text in enumerate(texts):
        seen = collections.Counter(grams(text))
        sizes.append(sum(seen.values()))
        for gram, n in seen.items():
            rows.append(row), cols.append(ids.setdefault(gram, len(ids))), counts.append(n)
    rows, cols, counts, sizes = np.array(rows), np.array(cols), np.array(counts, np.float32), np.array(sizes, np.float32)
    df = np.bincount(cols, minlength=len(ids))
    idf = np.log(1 + (len(texts) - df + .5) / (df + .5))
    weight = idf[cols] * counts * (k1 + 1) / (counts + k1 * (1 - b + b * sizes[rows] / sizes.mean()))
    matrix = sp.csc_matrix((weight, (rows, cols)), shape=(len(texts), len(ids)), dtype=np.float32)
    return np.stack([np.asarray(matrix[:, [ids[g] for g in set(grams(q)) if g in ids]].sum(axis=1)).ravel() for q in questions])


def z(x):
    return (x - x.mean(-1, keepdims=True)) / (x.std(-1, keepdims=True) + 1e-9)


def document(title):
    return re.sub("第[一二三四五六七八九十百零〇]+条(之[一二三四五六七八九十])?$", "", title)


def hard_negatives(reader, model, titles, texts, questions, right, args):
    """For each question the --among best wrong articles, and [articles, articles]: whether both are right if one is."""
    vectors = reader.vectors(model, texts, args.article)
    score = .3 * z(word_scores(texts, questions)) + .7 * z(reader.vectors(model, questions, QUESTION) @ vectors.T)
    of = np.unique([document(t) for t in titles], return_inverse=True)[1]
    copies = vectors @ vectors.T > np.where(of[:, None] == of, .93, args.near)
    out = []
    for row, those in enumerate(right):
        order = [int(j) for j in np.argsort(-score[row], kind="stable")[:3 * args.among] if not copies[those, j].any()]
        out.append(order[:args.among])
    ranks = [int((score[row] > max(score[row][j] for j in those)).sum()) for row, those in enumerate(right)]
    print("%d questions, %d articles, %.1f of them as right as each; before training the right one is first for %.3f, among five for %.3f"
          % (len(questions), len(texts), copies.sum(1).mean(), np.mean([r < 1 for r in ranks]), np.mean([r < 5 for r in ranks])), flush=True)
    return vectors, out, copies


# ---- training ----

def lines(folder, name):
    with open(os.path.join(folder, name)) as f:
        return [json.loads(line) for line in f if line.strip()]


def data(args, dice):
    """All articles, and (question, numbers of its right articles) of what is trained on."""
    articles, asked = [a for folder in [HERE] + args.more for a in lines(folder, "articles.jsonl")], []
    for name in args.source or FILES:
        name, _, some = name.partition(":")
        asked += dice.sample(lines(HERE, name), int(some)) if some else lines(HERE, name)
    asked += [q for folder in args.more for q in lines(folder, "questions.jsonl")]
    if args.pool:
        needed = {a for q in asked for a in [q["article"]] + q.get("also", [])}
        others = [a["id"] for a in articles if a["id"] not in needed]
        needed.update(dice.sample(others, min(args.pool, len(others))))
        articles = [a for a in articles if a["id"] in needed]
    at = {a["id"]: i for i, a in enumerate(articles)}
    return articles, [(q["question"], [at[a] for a in [q["article"]] + q.get("also", [])]) for q in asked]


def shuffled(order, documents, kin, dice):
    """The order of an epoch: up to kin questions on one document follow each other, so that a batch holds wrong articles
    that look right without a search for them."""
    dice.shuffle(order)
    if kin < 2:
        return order
    runs = collections.defaultdict(list)
    for i in order:
        runs[documents[i]].append(i)
    runs = [those[at:at + kin] for those in runs.values() for at in range(0, len(those), kin)]
    dice.shuffle(runs)
    return [i for run in runs for i in run]


def train(args):
    dice = random.Random(args.seed)
    articles, asked = data(args, dice)
    titles, texts = [a["title"] for a in articles], [a["title"] + "\n" + a["text"] for a in articles]
    questions, right = [q for q, _ in asked], [a for _, a in asked]
    reader, unchanged = Reader(args.model), read_model(os.path.join(args.model, MODEL))
    model = read_model(args.start) if args.start else unchanged
    if args.hard:
        bank, negatives, copies = hard_negatives(reader, {"start": model, "published": unchanged}[args.miner], titles, texts, questions, right, args)
    else:
        negatives, copies = [[]] * len(questions), np.eye(len(texts), dtype=bool)
    steps = len(questions) // args.batch * args.epochs
    schedule = optax.warmup_cosine_decay_schedule(0, args.rate, max(1, steps // 10), steps)
    optimizer = optax.chain(optax.clip_by_global_norm(1.), optax.adamw(schedule, weight_decay=.01))

    def vectors(model, halves, at):
        return jnp.concatenate([encode(model, ids) for ids in halves])[at]

    def descend(loss, model, state):
        (value, more), gradient = jax.value_and_grad(loss, has_aux=True)(model)
        change, state = optimizer.update(gradient, state, model)
        return optax.apply_updates(model, change), state, value, more

    @jax.jit
    def against_batch(model, state, asked, shown, excused):
        def loss(model):
            q, a = vectors(model, *asked), vectors(model, *shown)
            s = jnp.where(excused, -1e4, q @ a.T / args.temperature)
            return optax.softmax_cross_entropy_with_integer_labels(s, jnp.arange(len(q))).mean(), None
        return descend(loss, model, state)

    @jax.jit
    def against_all(model, state, asked, shown, which, bank, excused):
        def loss(model):
            q, a = vectors(model, *asked), vectors(model, *shown)
            now = bank.at[which].set(a)
            s = jnp.where(excused, -1e4, q @ now.T / args.temperature)
            return optax.softmax_cross_entropy_with_integer_labels(s, which).mean(), now
        return descend(loss, model, state)

    state, order, losses, began = optimizer.init(model), list(range(len(questions))), [], time.time()
    for epoch in range(args.epochs):
        if epoch:
            write_model(args.model, model, args.out.replace(".onnx", "-e%d.onnx" % epoch))
        order = shuffled(order, [document(titles[r[0]]) for r in right], args.kin, dice)
        for first in range(0, len(order) - args.batch + 1, args.batch):
            batch = order[first:first + args.batch]
            shown = [dice.choice(right[i]) for i in batch]
            ids = reader.groups([questions[i] for i in batch], QUESTION)
            if args.hard < 0:
                excused = np.array([copies[right[i]].any(0) for i in batch])
                excused[np.arange(len(batch)), shown] = False
                model, state, loss, bank = against_all(model, state, ids, reader.groups([texts[j] for j in shown], args.article), np.array(shown), bank, excused)
            else:
                for i in batch:
                    shown += dice.sample(negatives[i], args.hard)
                excused = np.array([[c != r and copies[right[i], j].any() for c, j in enumerate(shown)] for r, i in enumerate(batch)])
                model, state, loss, _ = against_batch(model, state, ids, reader.groups([texts[j] for j in shown], args.article), excused)
            losses.append(float(loss))
            if args.save and len(losses) % args.save == 0:
                write_model(args.model, model, args.out.replace(".onnx", "-s%d.onnx" % len(losses)))
            if len(losses) % 10 == 0:
                print("step %d of %d, loss %.3f, %d s" % (len(losses), steps, np.mean(losses[-10:]), time.time() - began), flush=True)
    kept = jax.tree.map(lambda tuned, published: args.keep * tuned + (1 - args.keep) * published, model, unchanged)
    write_model(args.model, kept, args.out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--keep", type=float, default=1)
    parser.add_argument("--hard", type=int, default=1, help="negatives for each question; -1: every article (leave --miner alone then)")
    parser.add_argument("--batch", type=int, default=24, help="questions")
    parser.add_argument("--article", type=int, default=128, help="tokens of an article that are read")
    parser.add_argument("--temperature", type=float, default=.05)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--start", help="weights to go on from, an .onnx file")
    parser.add_argument("--more", action="append", default=[], metavar="FOLDER", help="further articles.jsonl and questions.jsonl")
    parser.add_argument("--from", action="append", dest="source", metavar="FILE[:N]", help="questions beside this script, N of them if stated")
    parser.add_argument("--miner", choices=("start", "published"), default="start", help="the weights that find hard negatives")
    parser.add_argument("--among", type=int, default=40, help="hard negatives are drawn from so many best wrong articles")
    parser.add_argument("--kin", type=int, default=1, help="so many questions on one document stand together in a batch")
    parser.add_argument("--save", type=int, default=0, help="write the weights so far after so many steps, as TUNED-s….onnx")
    parser.add_argument("--pool", type=int, default=0, help="besides the right articles only so many others, drawn by --seed; 0 for all")
    parser.add_argument("--near", type=float, default=.93, help="cosine above which an article of another document is not wrong")
    train(parser.parse_args())
