"""Faiss on the same vectors, one core: reads float32 files, prints one JSON object."""
import json
import sys
import time

try:
    import faiss
    import numpy as np
except ImportError as error:
    sys.exit(f"{error}; install Debian's python3-faiss")

task = json.load(sys.stdin)
d = task["dimensions"]
faiss.omp_set_num_threads(1)


def read(name, kind, width):
    return np.fromfile(task[name], dtype=kind).reshape(-1, width)


sample, documents = read("sample", np.float32, d), read("documents", np.float32, d)
queries, nearest = read("queries", np.float32, d), read("nearest", np.int32, 10)
result = {"version": faiss.__version__, "encodedPerSecond": {}, "recall": {}}

few = documents[: task["encode"]]
for name in ("QT_8bit", "QT_8bit_uniform"):
    index = faiss.IndexScalarQuantizer(d, getattr(faiss.ScalarQuantizer, name), faiss.METRIC_INNER_PRODUCT)
    index.train(sample)
    codes = np.empty((len(few), index.sa_code_size()), dtype=np.uint8)
    best = float("inf")
    for _ in range(7):
        began = time.perf_counter()
        index.sa_encode(few, codes)
        best = min(best, time.perf_counter() - began)
    result["encodedPerSecond"][name] = len(few) / best

# Fitting and searching may take both cores: what counts there is what is found.
faiss.omp_set_num_threads(task["threads"])
for name in task["indexes"]:
    index = faiss.index_factory(d, name, faiss.METRIC_INNER_PRODUCT)
    index.train(sample)
    index.add(documents)
    found = index.search(queries, 10)[1]
    result["recall"][name] = float(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found, nearest)]))
json.dump(result, sys.stdout)
