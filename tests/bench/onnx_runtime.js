// SPDX-License-Identifier: Apache-2.0
// CPU time of ONNX Runtime's session.run on one thread: node onnx_runtime_benchmark.js MODEL.onnx IMAGES, with
// onnxruntime-node to be found by NODE_PATH. Prints {"session_run_seconds": mean CPU seconds an image}.
'use strict';
const ort = require('onnxruntime-node');

const arrays = {float32: Float32Array, uint8: Uint8Array, int8: Int8Array, int32: Int32Array};

// Codes or real numbers without a pattern that a kernel could profit from, the same in every run.
function noise(type, length, seed) {
  const values = new arrays[type](length);
  let state = seed;
  for (let i = 0; i < length; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = type === 'float32' ? state / 4294967296 : state >>> 24;
  }
  return values;
}

function image(session, seed) {
  const feeds = {};
  for (const input of session.inputMetadata) {
    const shape = input.shape.map((d) => (typeof d === 'number' && d > 0 ? d : 1));
    const length = shape.reduce((a, b) => a * b, 1);
    feeds[input.name] = new ort.Tensor(input.type, noise(input.type, length, seed), shape);
  }
  return feeds;
}

async function main() {
  const [model, count] = process.argv.slice(2);
  const images = Number(count);
  const session = await ort.InferenceSession.create(
      model, {intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all', logSeverityLevel: 3});
  let microseconds = 0;
  for (let i = 0; i < images; ++i) {
    const feeds = image(session, i + 1);
    const before = process.cpuUsage();
    await session.run(feeds);
    const used = process.cpuUsage(before);
    microseconds += used.user + used.system;
  }
  console.log(JSON.stringify({session_run_seconds: microseconds / 1e6 / images}));
}

main().catch((error) => { console.error(String(error)); process.exit(1); });
