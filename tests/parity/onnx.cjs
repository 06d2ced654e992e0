// Vectors by onnxruntime-node, from the folder that npm installed it in (PARITY_MODULES): each text alone, the mean of its
// tokens' vectors, normalized.
const { join } = require('node:path');
const { createRequire } = require('node:module');

const ort = createRequire(join(process.env.PARITY_MODULES, 'package.json'))('onnxruntime-node');

// The vectors of texts given as their token ids.
async function vectorsOf(path, texts) {
  // The weights of int8 files are made floats once, as PgEmbed has them made; activations stay floats in both.
  const session = await ort.InferenceSession.create(path, { extra: { session: { disable_quant_qdq: '1' } } });
  const output = session.outputNames.includes('last_hidden_state') ? 'last_hidden_state' : session.outputNames[0];
  const vectors = [];
  for (const ids of texts) {
    const tensor = value => new ort.Tensor('int64', BigInt64Array.from(ids, id => BigInt(value(id))), [1, ids.length]);
    const given = { input_ids: id => id, attention_mask: () => 1, token_type_ids: () => 0 };
    const feeds = Object.fromEntries(session.inputNames.map(name => [name, tensor(given[name])]));
    const { data, dims } = (await session.run(feeds, [output]))[output];
    const vector = new Float64Array(dims[2]);
    for (let i = 0; i < data.length; i++) vector[i % dims[2]] += data[i] / ids.length;
    const norm = Math.hypot(...vector);
    vectors.push(vector.map(value => value / norm));
  }
  return vectors;
}

module.exports = { vectorsOf };
