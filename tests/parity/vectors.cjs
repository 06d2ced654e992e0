// vectors.cjs PROGRAM DATA MODEL…: compares vectors of PgEmbed.VectorParity with those of onnxruntime-node, which runs
// each text alone and pools and normalizes in plain JavaScript. A MODEL is FOLDER:FILE. Token ids are PgEmbed's, whose
// own parity is another run's. Ends with exit code 1 where a bound is not met.
const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, readdirSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { gunzipSync } = require('node:zlib');
const { vectorsOf } = require('./onnx.cjs');

const [program, data, ...models] = process.argv.slice(2);
const bounds = { leastCosine: 0.99999, largestDifference: 1e-4, farthest: 1e-3, cancelledWithinMs: 200 };

// 1,000 texts from all over the data: short, long and longer than the models read.
function readTexts() {
  const rows = gunzipSync(readFileSync(data)).toString().split('\n').filter(Boolean).map(line => JSON.parse(line));
  const step = rows.length / 1000;
  return Array.from({ length: 1000 }, (_, i) => rows[Math.floor(i * step)])
    .map((row, i) => i % 2 ? row.synopsis : `${row.synopsis}\n${row.description}`);
}

function compare(expected, bytes) {
  const actual = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let [leastCosine, largestDifference] = [1, 0];
  expected.forEach((vector, row) => {
    let [dot, norm] = [0, 0];
    vector.forEach((value, i) => {
      const other = actual[row * vector.length + i];
      dot += value * other;
      norm += other * other;
      largestDifference = Math.max(largestDifference, Math.abs(value - other));
    });
    // Not a number is never at least a bound.
    const cosine = dot / Math.sqrt(norm);
    leastCosine = cosine >= leastCosine ? leastCosine : cosine;
  });
  return { leastCosine, largestDifference };
}

async function main() {
  let met = true;
  const check = (what, value, good) => {
    met &&= good;
    console.log(`  ${good ? 'met    ' : 'NOT MET'}  ${what}: ${value}`);
  };
  const texts = readTexts();
  for (const model of models) {
    const [folder, file] = model.split(':');
    const out = mkdtempSync(join(tmpdir(), 'pgembed-vectors-'));
    try {
      const run = spawnSync('dotnet', [program, folder, file, out], {
        input: texts.map(text => JSON.stringify(text)).join('\n'), encoding: 'utf8', maxBuffer: 1 << 26,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      if (run.status !== 0) throw new Error(`PgEmbed.VectorParity ended with exit code ${run.status}`);
      const seen = JSON.parse(run.stdout);
      const lines = readFileSync(join(out, 'ids.jsonl'), 'utf8').split('\n').filter(Boolean);
      const expected = await vectorsOf(join(folder, file), lines.map(line => JSON.parse(line)));
      console.log(`${seen.model}, ${seen.file}: ${seen.texts} texts, ${seen.dimensions} dimensions`);
      for (const name of readdirSync(out).filter(name => name.endsWith('.f32'))) {
        const { leastCosine, largestDifference } = compare(expected, readFileSync(join(out, name)));
        check(
          name.slice(0, -4), `cosine ≥ ${leastCosine.toFixed(8)}, difference ≤ ${largestDifference.toExponential(1)}`,
          leastCosine >= bounds.leastCosine && largestDifference <= bounds.largestDifference);
      }
      check(
        `${seen.batches} random batches from ${seen.callers} threads`,
        `distance to the text alone ≤ ${seen.farthest.toExponential(1)}`, seen.farthest <= bounds.farthest);
      // Memory is kept for the largest batches that came; half of all batches have met those.
      const [half, end] = [seen.memory_mb[4], seen.memory_mb[9]];
      check('memory after each tenth of them', `${seen.memory_mb.join(' ')} MB`, end <= half * 1.1);
      check(
        `${seen.cancellations} cancelled calls`, `ended within ${seen.cancelled_within_ms} ms`,
        seen.cancelled_within_ms <= bounds.cancelledWithinMs);
    } finally {
      rmSync(out, { recursive: true });
    }
  }
  process.exitCode = met ? 0 : 1;
}

main();
