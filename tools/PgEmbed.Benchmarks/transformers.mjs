// How fast transformers.js embeds texts: the peer that `tools/bench embed` measures itself against in the same run.
// Reads one JSON object on standard input: modules (a folder with node_modules), model (a model folder with
// onnx/model.onnx), batch, and sets (an object of lists of texts). Writes seconds for each set, as JSON.
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { text } from 'node:stream/consumers';

const { modules, model, batch, sets } = JSON.parse(await text(process.stdin));
const require = createRequire(join(modules, 'package.json'));
const { env, pipeline } = await import(pathToFileURL(require.resolve('@huggingface/transformers')));
env.allowRemoteModels = false;
env.localModelPath = dirname(model);
const embed = await pipeline('feature-extraction', basename(model), { dtype: 'fp32', device: 'cpu' });
const result = {};
let first;
for (const [name, texts] of Object.entries(sets)) {
    await embed(texts.slice(0, batch), { pooling: 'mean', normalize: true });
    const start = performance.now();
    for (let i = 0; i < texts.length; i += batch) {
        const output = await embed(texts.slice(i, i + batch), { pooling: 'mean', normalize: true });
        first ??= Array.from(output.data.slice(0, output.dims[1]));
    }
    result[name] = (performance.now() - start) / 1000;
}
console.log(JSON.stringify({ seconds: result, first }));
