// Encodes the lines of a file with Hugging Face's tokenizers, one round for each line of standard input.
// node huggingface.mjs NPM-FOLDER TOKENIZER.JSON TEXT-FILE
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [folder, model, file] = process.argv.slice(2);
const { Tokenizer } = createRequire(folder + '/package.json')('@anush008/tokenizers');
const tokenizer = Tokenizer.fromString(readFileSync(model, 'utf8'));
const lines = readFileSync(file, 'utf8').split('\n');
for await (const _ of createInterface({ input: process.stdin })) {
  const [start, used] = [process.hrtime.bigint(), process.cpuUsage()];
  let tokens = 0;
  for (let from = 0; from < lines.length; from += 1000)
    for (const encoding of await tokenizer.encodeBatch(lines.slice(from, from + 1000), { addSpecialTokens: true })) tokens += encoding.getIds().length;
  const cpu = process.cpuUsage(used);
  console.log(JSON.stringify({ wall: Number(process.hrtime.bigint() - start) / 1e9, cpu: (cpu.user + cpu.system) / 1e6, tokens }));
}
