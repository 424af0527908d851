#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Models of one operator each, of operator sets 7 to 24: ONNX Runtime against `trireme run` on the simulator.

usage: operator_check.py [--oracle FOLDER] [--trireme PROGRAM] [--work FOLDER] [--jobs N] [REGULAR_EXPRESSION]

The oracle's folder (or TRIREME_ORACLES) holds ort_run.js and the Node module onnxruntime-node. Integers must be
equal, floats within 1e-3 of the value and 1e-7, as the runner of ONNX's own node tests has it; the largest
relative difference is printed besides. What ONNX Runtime does not have is counted and not judged.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases  # noqa: E402

# All models in one process: reads a list of folders, leaves NAME.npy of every output, or error.txt.
DRIVER = r"""
const fs = require('fs'), oracle = require(process.argv[1] + '/ort_run.js');
(async () => {
  for (const folder of JSON.parse(fs.readFileSync(0))) {
    try {
      const model = fs.readFileSync(folder + '/model.onnx'), feeds = {};
      for (const input of oracle.modelInfo(model).inputs)
        feeds[input.name] = oracle.mkTensor(input, folder + '/' + input.name + '.npy');
      const run = await oracle.run(model, feeds);
      run.outputNames.forEach((name, i) => {
        const t = run.out[name];
        fs.writeFileSync(folder + '/wanted' + i + '.npy', oracle.npyBuf(t.type, [...t.dims], t.data));
      });
    } catch (error) { fs.writeFileSync(folder + '/error.txt', String(error.message || error)); }
  }
})();
"""


def ask_oracle(folder, cases_by_folder):
    subprocess.run(["node", "-e", DRIVER, os.path.abspath(folder)], check=True, text=True,
                   input=json.dumps(sorted(cases_by_folder)), stdout=subprocess.DEVNULL)


def difference(found, wanted):
    """What is wrong (empty: nothing) and the largest relative difference."""
    if found.shape != wanted.shape:
        return f"shape {found.shape}, not {wanted.shape}", 0
    if wanted.dtype == bool or wanted.dtype.kind in "iu":
        if found.dtype != wanted.dtype:
            return f"type {found.dtype}, not {wanted.dtype}", 0
        return ("" if np.array_equal(found, wanted) else
                f"{(found != wanted).sum()} of {wanted.size} integers differ: {found.ravel()[:8]} not "
                f"{wanted.ravel()[:8]}"), 0
    a, b = found.astype(np.float64), wanted.astype(np.float64)
    apart = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0, np.abs(a - b))
    bad = ~(apart <= 1e-7 + 1e-3 * np.abs(b))
    largest = float((apart / np.maximum(np.abs(b), 1e-6)).max()) if b.size else 0.0
    return (f"{bad.sum()} of {b.size}: {a.ravel()[:6]} not {b.ravel()[:6]}" if bad.any() else ""), largest


def run_once(program, case, folder, bound):
    """Inputs from number `bound` on are constants (--bind)."""
    out = f"{folder}/run"
    shutil.rmtree(out, ignore_errors=True)
    command = [program, "run", f"{folder}/model.onnx", "--format", "npy", "--out", out, "--progress", "none"]
    command += ["--dtype", "quantized", "--requant", "onnx"] if case.quantized else ["--dtype", "float32"]
    for i, (name, _) in enumerate(case.given()):
        command += ["--bind", f"{name}={folder}/{name}.npy"] if i >= bound else ["--input", f"{folder}/{name}.npy"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    files = sorted(f for f in os.listdir(out) if re.fullmatch(r"output\d+\.npy", f)) if os.path.isdir(out) else []
    if done.returncode != 0 or not files:
        return None, (done.stderr.strip().splitlines() or done.stdout.strip().splitlines() or ["?"])
    host = [line for line in done.stdout.splitlines() if re.search(r"\bhost step", line)]
    return [np.load(f"{out}/{f}") for f in files], host


def judge(program, case, folder):
    """(kind, text, largest difference): kind is passed, bound, failed or unknown (to the oracle)."""
    if os.path.exists(f"{folder}/error.txt"):
        text = open(f"{folder}/error.txt").read().splitlines()[0][:100]
        found, lines = run_once(program, case, folder, len(case.given()))
        return "unknown", text + ("" if found else f"; and here: {lines[0][:200]}"), 0
    wanted = [np.load(f"{folder}/wanted{i}.npy") for i in range(len(case.model().graph.output))]
    count, lines = len(case.given()), []
    for bound in dict.fromkeys([count, 1, 0]):
        found, lines = run_once(program, case, folder, bound)
        if found is None:
            continue
        largest = 0
        for i, tensor in enumerate(wanted):
            text, apart = difference(found[i], tensor)
            largest = max(largest, apart)
            if text:
                return "failed", f"output {i}: {text}", largest
        return ("passed" if bound == count else "bound"), "", largest
    return "failed", " | ".join(line for line in lines if "warning" not in line)[:400], 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pattern", nargs="?", default="")
    parser.add_argument("--oracle", default=os.environ.get("TRIREME_ORACLES", ""))
    parser.add_argument("--trireme", default="build/bin/trireme")
    parser.add_argument("--work", default="build/operator_check")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if not os.path.exists(f"{options.oracle}/ort_run.js"):
        parser.error("--oracle FOLDER (or TRIREME_ORACLES) must hold ort_run.js")
    chosen = {}
    for i, case in enumerate(cases.all_cases()):
        if not re.search(options.pattern, case.name()):
            continue
        folder = f"{os.path.abspath(options.work)}/{i:04d}"
        shutil.rmtree(folder, ignore_errors=True)
        case.write(folder)
        chosen[folder] = case
    ask_oracle(options.oracle, chosen)
    tally = collections.defaultdict(collections.Counter)
    largest = collections.defaultdict(float)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = pool.map(lambda item: judge(options.trireme, item[1], item[0]), chosen.items())
        for (folder, case), (kind, text, apart) in zip(chosen.items(), results):
            tally[case.op][kind] += 1
            largest[case.op] = max(largest[case.op], apart)
            if kind in ("failed", "unknown"):
                print(f"{kind}: {os.path.basename(folder)} {case.name()}: {text}", flush=True)
    kinds = ["passed", "bound", "failed", "unknown"]
    print(f"{'operator':26}{'passed':>8}{'bound':>8}{'failed':>8}{'unknown':>9}  largest relative difference")
    for op in sorted(tally):
        row = [tally[op][kind] for kind in kinds]
        print(f"{op:26}{row[0]:8}{row[1]:8}{row[2]:8}{row[3]:9}  {largest[op]:.1e}")
    total = sum(tally.values(), collections.Counter())
    print("all:", ", ".join(f"{total[kind]} {kind}" for kind in kinds))
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
