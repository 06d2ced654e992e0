#!/usr/bin/env bash
# tests/parity/vectors.sh [FOLDER:FILE …]: compares vectors with those of onnxruntime-node, a second client of ONNX
# Runtime, on 1,000 texts in several ways of making batches, then from 8 threads at once, and cancels calls. Without
# models it takes the built-in one. Needs Node 20. --write writes the built-in model's known answers anew instead.
set -euo pipefail
# shellcheck source=tools/lib/common.sh
. "$(dirname "$(readlink -f "$0")")/../../tools/lib/common.sh"

command -v npm >/dev/null || die 'npm is missing' 'to mend it: install Node.js 20 or newer'
export PARITY_MODULES=$artifacts/parity-vectors
mkdir -p "$PARITY_MODULES"
[[ -f $PARITY_MODULES/package.json ]] || echo '{ "private": true }' >"$PARITY_MODULES/package.json"
# Its install script would fetch libraries for graphics cards.
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$PARITY_MODULES" onnxruntime-node@1.30.0 \
    tokenizers@0.23.2

if [[ ${1:-} == --write ]]; then
    exec node "$root/tests/parity/make-answers.cjs" "$root/src/PgEmbed.Onnx/BuiltIn/pgembed-mini-v1" \
        onnx/model_quantized.onnx
fi
if [[ $# == 0 ]]; then set -- "$root/src/PgEmbed.Onnx/BuiltIn/pgembed-mini-v1:onnx/model_quantized.onnx"; fi
require_sdk
program=$(build tests/PgEmbed.VectorParity -t:Build -getProperty:TargetPath)
exec node "$root/tests/parity/vectors.cjs" "$program" "$root/tools/PgEmbed.Cli/Samples/packages.jsonl.gz" "$@"
