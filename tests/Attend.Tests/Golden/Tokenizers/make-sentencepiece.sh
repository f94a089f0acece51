#!/bin/bash
# Makes small SentencePiece models and sentencepiece.json, what SentencePiece 0.1.97 itself makes of a few texts with them.
# Needs spm_train, spm_encode and spm_decode (Debian: package sentencepiece) and node.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for i in 1 2 3 4 5 6 7 8; do
  printf '%s\n' "the weather in the north is colder than the weather in the south, said number $i" \
    "we walked through the northern harbour and then through the southern market" "she said that they had walked there together, and that it was $i o'clock" \
    "das Wetter im Norden ist kälter als das Wetter im Süden" "他们说北方的天气比南方的天气冷" "the other market, the fish market, opens at $((i + 4))"
done > "$work/corpus.txt"
# Rules as code points: curly to straight quotes, full-width A, a ligature, no-break space to blank, a combining accent, a letter to nothing.
printf '%s\n' $'2018\t27' $'2019\t27' $'FF21\t41' $'FB01\t66 69' $'A0\t20' $'65 301\tE9' $'200B\t' $'3000\t20' $'2026\t2E 2E 2E' > "$work/rules.tsv"
train() { spm_train --input="$work/corpus.txt" --model_prefix="$work/$1" --vocab_size=120 --hard_vocab_limit=false --character_coverage=1 --normalization_rule_tsv="$work/rules.tsv" "${@:2}" 2> "$work/$1.log" || { tail -3 "$work/$1.log"; exit 1; }; cp "$work/$1.model" .; }
train spm-unigram --model_type=unigram
train spm-bpe --model_type=bpe
train spm-unigram-bytes --model_type=unigram --byte_fallback=true --vocab_size=380 --user_defined_symbols='<sep>,market' --remove_extra_whitespaces=false
train spm-bpe-bytes --model_type=bpe --byte_fallback=true --vocab_size=380 --user_defined_symbols='<sep>,market' --add_dummy_prefix=false --split_digits=true
train spm-suffix --model_type=unigram --treat_whitespace_as_suffix=true
cat > "$work/texts.txt" <<'TEXTS'

the weather
  two  blanks   
The Harbour, 12:45
it’s ‘quoted’…
Ａﬁn e\u0301 café
他们说：北方。
das Süden ﬀ zebra
<sep> market fishmarket <s> </s> <unk>
日本 😀 한국
x​y　z w
thethethethetheathere
▁ already ▁▁ signed
TEXTS
sed -i "s/\\\\u0301/$(printf '\xcc\x81')/" "$work/texts.txt"
for model in spm-*.model; do
  spm_encode --model="$model" --output_format=id < "$work/texts.txt" > "$work/$model.ids"
  spm_decode --model="$model" --input_format=id < "$work/$model.ids" > "$work/$model.txt"
done
node -e '
const fs = require("fs"), work = process.argv[1], lines = f => fs.readFileSync(f, "utf8").split("\n").slice(0, -1);
const models = {};
for (const m of process.argv.slice(2)) models[m] = lines(work + "/" + m + ".ids").map((ids, i) => ({ ids: ids.split(" ").filter(x => x).map(Number), decoded: lines(work + "/" + m + ".txt")[i] }));
console.log(JSON.stringify({ texts: lines(work + "/texts.txt"), models }));
' "$work" spm-*.model > sentencepiece.json
