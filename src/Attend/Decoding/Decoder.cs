using Attend.Layers;
using Attend.Models;
using static TorchSharp.torch;

namespace Attend.Decoding;

/// <summary>Writes texts with an encoder-decoder, from token ids to token ids: greedy, beam search or sampling, over a key-value cache.</summary>
/// <remarks>A source's texts do not depend on what else is in its batch. Sources that are done leave the batch.</remarks>
public sealed class Decoder(Seq2SeqModel model)
{
    /// <summary>Answers a batch of sources.</summary>
    /// <param name="requests">Sources; of like length, or much is padding.</param>
    /// <param name="options">How to write.</param>
    /// <param name="cancel">Stops between two tokens.</param>
    /// <returns>For each request its texts, best first.</returns>
    /// <exception cref="ArgumentException">An option is out of range, a source is empty or longer than the model, or a prefix or constraint cannot be met.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public IReadOnlyList<IReadOnlyList<Hypothesis>> Decode(IReadOnlyList<DecodingRequest> requests, DecodingOptions options, CancellationToken cancel = default)
    {
        if (requests.Count == 0) return [];
        var searches = Prepare(requests, options);
        foreach (var _ in Steps(requests, searches, options, cancel)) { }
        return [.. searches.Select(search => search.Results())];
    }

    /// <summary>Writes one text token by token, greedily or by sampling.</summary>
    /// <param name="request">The source.</param>
    /// <param name="options">One beam.</param>
    /// <param name="cancel">Stops between two tokens.</param>
    /// <returns>Each token as soon as it is known, without the end token.</returns>
    /// <exception cref="ArgumentException">As <see cref="Decode"/>; or more than one beam, which settles its first word last.</exception>
    public IEnumerable<int> Stream(DecodingRequest request, DecodingOptions options, CancellationToken cancel = default)
    {
        if (options.Beams > 1 || options.BestCount > 1) throw new ArgumentException($"Beams is {options.Beams} and BestCount {options.BestCount}; a text can be streamed with one of each only");
        var searches = Prepare([request], options);
        return Tokens();

        IEnumerable<int> Tokens()
        {
            var end = model.Config.EosTokenId;
            foreach (var _ in Steps([request], searches, options, cancel))
            {
                if (searches[0].IsDone && searches[0].Results()[0].IsFinished) yield break;
                yield return searches[0] is BeamSearch beam && beam.IsDone ? beam.Results()[0].Ids[^1] : searches[0].Rows[0].Token;
            }
        }
    }

    private Search[] Prepare(IReadOnlyList<DecodingRequest> requests, DecodingOptions options)
    {
        options.Validate();
        var config = model.Config;
        var maxLength = Math.Min(options.MaxNewTokens, model.MaxTargetTokens);
        return [.. requests.Select((request, index) =>
        {
            if (request.SourceIds.Length == 0 || request.SourceIds.Length > model.MaxSourceTokens)
                throw new ArgumentException($"source {index} has {request.SourceIds.Length} tokens; the model reads 1 to {model.MaxSourceTokens}");
            if (config.ForcedBosTokenId is { } forced && request.Prefix.FirstOrDefault(-1) != forced) request = request with { Prefix = [forced, .. request.Prefix] };
            Check("prefix", index, request.Prefix, maxLength - 1);
            foreach (var constraint in request.Constraints)
            {
                if (constraint.Count == 0) throw new ArgumentException($"a constraint of source {index} is empty");
                Check("constraint", index, constraint, maxLength - 1);
                if (constraint.FirstOrDefault(options.SuppressedTokens.Contains, -1) is var never and >= 0) throw new ArgumentException($"a constraint of source {index} holds token {never}, which may not be said");
            }
            if (request.Prefix.Count + request.Constraints.Sum(constraint => constraint.Count) >= maxLength)
                throw new ArgumentException($"prefix and constraints of source {index} have {request.Prefix.Count + request.Constraints.Sum(constraint => constraint.Count)} tokens together; there is room for {maxLength - 1} besides the end token");
            if (options.Sampling is null) return (Search)new BeamSearch(request, options, config.EosTokenId, maxLength);
            if (request.Constraints.Count > 0) throw new ArgumentException("constraints need a search; they do not go with sampling");
            return new SamplingSearch(request, options, config.EosTokenId, maxLength);
        })];

        void Check(string what, int index, IReadOnlyList<int> ids, int most)
        {
            if (ids.Count > most) throw new ArgumentException($"a {what} of source {index} has {ids.Count} tokens; there is room for {most} besides the end token");
            if (ids.FirstOrDefault(id => id < 0 || id >= config.OutputVocabSize || id == config.EosTokenId, -1) is var wrong and >= 0)
                throw new ArgumentException($"a {what} of source {index} holds token {wrong}, which cannot stand in a text of this model");
        }
    }

    // One turn per token. Between two turns nothing but the state lives.
    private IEnumerable<int> Steps(IReadOnlyList<DecodingRequest> requests, Search[] searches, DecodingOptions options, CancellationToken cancel)
    {
        model.eval();
        var rules = new LogitRules(options, model.Config.EosTokenId);
        var device = model.parameters().First().device;
        var width = searches[0].Rows.Count;
        var live = searches.ToList();
        using var rounded = model.KeepRounded();
        using var state = Read(requests, device);
        var step = 0;
        while (live.Count > 0)
        {
            cancel.ThrowIfCancellationRequested();
            Step(state, live, rules, width, device);
            yield return step++;
        }
    }

    private DecoderState Read(IReadOnlyList<DecodingRequest> requests, Device device)
    {
        var length = requests.Max(request => request.SourceIds.Length);
        var ids = new long[requests.Count * length];
        var mask = new bool[ids.Length];
        for (var row = 0; row < requests.Count; row++)
            for (var column = 0; column < length; column++)
            {
                var isToken = column < requests[row].SourceIds.Length;
                (ids[row * length + column], mask[row * length + column]) = (isToken ? requests[row].SourceIds[column] : model.Config.PadTokenId, isToken);
            }
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var isFull = mask.All(isToken => isToken);
        var maskTensor = isFull ? null : tensor(mask, [requests.Count, length], device: device);
        var memory = model.Encode(tensor(ids, [requests.Count, length], device: device), maskTensor);
        return model.Begin(memory, maskTensor);
    }

    private void Step(DecoderState state, List<Search> live, LogitRules rules, int width, Device device)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var rows = live.SelectMany(search => search.Rows).ToArray();
        var ids = Array.ConvertAll(rows, row => (long)(row.Length == 0 ? model.Config.DecoderStartTokenId : row.Token));
        var hidden = model.Decode(tensor(ids, [rows.Length, 1], device: device), state);           // [row, 1, hidden]
        using var scores = new TokenScores(model.Project(hidden.squeeze(1)));                     // [row, vocab]
        var best = scores.Best(rules, rows, live[0].CandidateCount);

        var parents = new int[rows.Length];
        for (var i = 0; i < live.Count; i++)
        {
            live[i].Advance(scores, i * width, best.AsSpan(i * width, width), parents.AsSpan(i * width, width));
            for (var row = i * width; row < (i + 1) * width; row++) parents[row] += i * width;
        }
        var going = Enumerable.Range(0, live.Count).Where(index => !live[index].IsDone).ToArray();
        var moved = going.Length < live.Count || parents.Where((parent, row) => parent != row).Any();
        if (going.Length == 0 || !moved)
        {
            if (going.Length == 0) live.Clear();
            return;
        }
        state.SelectRows([.. going.SelectMany(index => parents[(index * width)..((index + 1) * width)])]);
        if (going.Length == live.Count) return;
        state.SelectSentences(going);
        live.RemoveAll(search => search.IsDone);
    }
}
