using Attend.Bench;

return args switch
{
    ["step", .. var rest] => TrainingStep.Run(rest),
    ["pretrain", .. var rest] => PretrainingStep.Run(rest),
    ["memory", .. var rest] => TrainingMemory.Run(rest),
    ["classify", .. var rest] => RealClassification.Run(rest),
    ["bag-of-words", .. var rest] => RealClassification.RunBaseline(rest),
    ["tokenize", .. var rest] => TokenizeSpeed.Run(rest),
    ["load", .. var rest] => Loading.Run(rest),
    ["products", .. var rest] => ProductSpeed.Run(rest),
    ["answer", .. var rest] => AnsweringSpeed.Run(rest),
    ["decode", .. var rest] => DecodingSpeed.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run -c Release --project bench/Attend.Bench -- <name>

          step [base|small] [rounds] [arms]   a training step against TorchSharp's default eager step, interleaved
          pretrain [mini|small|base] [rounds] an update of pre-training against TorchSharp's default eager one, interleaved
          memory [updates]                    resident memory and live tensors over many updates
          classify DATA-FOLDER [bfloat16] [NAME ...]
                                              real data sets from scratch, three seeds, against bag-of-words logistic regression
          bag-of-words DATA-FOLDER            the baseline alone
          tokenize DATA-FOLDER NPM-FOLDER [rounds] [wordpiece|bytebpe|unigram]
                                              tokenization by WordPiece, byte-level BPE and unigram against Microsoft.ML.Tokenizers, by WordPiece
                                              also against Hugging Face's library under Node
                                              (NPM-FOLDER: where `npm install @anush008/tokenizers` was run, or - to leave it out)
          answer [tiny|mini|base] [rounds]    questions on contexts of 3,000 words: windows of many at once against one at a time
          decode [mini|base] [rounds] [arms]  writing with an encoder-decoder in both precisions: token-budget batches, one at a time, without cache
          products [rounds]                   float32 products with weights laid out once against libtorch's
          load [rounds]                       reading 1 GB of weights: speed and resident memory
        """);
    return 2;
}
