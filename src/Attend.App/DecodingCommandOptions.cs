using System.CommandLine;
using Attend.Decoding;

namespace Attend.App;

/// <summary>The options that say how a model writes.</summary>
internal sealed class DecodingCommandOptions
{
    private readonly Option<int?> _beams = new("--beams") { Description = "hypotheses kept side by side; 1 = greedy  [default: as the model was judged]" };
    private readonly Option<double?> _lengthPenalty = new("--length-penalty") { Description = "exponent of the length that scores are divided by  [default: 1]" };
    private readonly Option<LengthNormalization?> _normalization = new("--length-normalization") { Description = "length itself, or GNMT's (5 + length) / 6  [default: power]", HelpName = "power|gnmt" };
    private readonly Option<BeamStop?> _stop = new("--beam-stop") { Description = "end when as many texts have ended as there are beams, or when none can improve  [default: beamsfilled]", HelpName = "beamsfilled|nonecanimprove" };
    private readonly Option<int?> _best = new("--n-best") { Description = "texts per source, best first  [default: 1]" };
    private readonly Option<int?> _min = new("--min-new-tokens") { Description = "no text ends before so many tokens" };
    private readonly Option<int?> _max = new("--max-new-tokens") { Description = "where generation stops  [default: as in training]" };
    private readonly Option<double?> _repetition = new("--repetition-penalty") { Description = "makes tokens that were said less likely; 1 = off" };
    private readonly Option<int?> _noRepeat = new("--no-repeat-ngram") { Description = "no run of so many tokens occurs twice; 0 = off" };
    private readonly Option<int?> _groups = new("--diverse-groups") { Description = "groups of beams that avoid each other's tokens" };
    private readonly Option<double?> _diversity = new("--diversity-penalty") { Description = "how strongly they do  [default: 0.5]" };
    private readonly Option<bool> _sample = new("--sample") { Description = "draw tokens at random instead of searching" };
    private readonly Option<double?> _temperature = new("--temperature") { Description = "lower is safer, higher more varied (with --sample)  [default: 1]" };
    private readonly Option<int?> _topK = new("--top-k") { Description = "draw from so many likeliest tokens only; 0 = all" };
    private readonly Option<double?> _topP = new("--top-p") { Description = "draw from the likeliest tokens that together have this probability" };
    private readonly Option<double?> _minP = new("--min-p") { Description = "draw from tokens at least so many times as likely as the likeliest" };
    private readonly Option<ulong?> _seed = new("--seed") { Description = "same seed and source: same text  [default: 1]" };
    private readonly Option<string?> _prefix = new("--prefix") { Description = "what every text must begin with", HelpName = "TEXT" };
    private readonly Option<string[]> _constraints = new("--constraint") { Description = "what must occur in every text; may be given several times (needs --beams)", HelpName = "TEXT" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_beams, _lengthPenalty, _normalization, _stop, _best, _min, _max, _repetition, _noRepeat, _groups, _diversity,
            _sample, _temperature, _topK, _topP, _minP, _seed, _prefix, _constraints]) command.Add(option);
    }

    /// <summary>What the command line says, over what the model was judged by.</summary>
    public DecodingOptions Read(ParseResult parsed, DecodingOptions defaults)
    {
        var sampling = new[] { _temperature, _topP, (Option)_minP, _topK, _seed }.Any(option => parsed.GetResult(option) is not null);
        if (sampling && !parsed.GetValue(_sample)) throw new ArgumentException("--temperature, --top-k, --top-p, --min-p and --seed go with --sample");
        return defaults with
        {
            Beams = parsed.GetValue(_sample) ? 1 : parsed.GetValue(_beams) ?? Math.Max(defaults.Beams, Math.Max(parsed.GetValue(_best) ?? 1, parsed.GetValue(_groups) ?? 1)),
            LengthPenalty = parsed.GetValue(_lengthPenalty) ?? defaults.LengthPenalty,
            Normalization = parsed.GetValue(_normalization) ?? defaults.Normalization,
            Stop = parsed.GetValue(_stop) ?? defaults.Stop,
            BestCount = parsed.GetValue(_best) ?? 1,
            MinNewTokens = parsed.GetValue(_min) ?? defaults.MinNewTokens,
            MaxNewTokens = parsed.GetValue(_max) ?? defaults.MaxNewTokens,
            RepetitionPenalty = parsed.GetValue(_repetition) ?? defaults.RepetitionPenalty,
            NoRepeatNgram = parsed.GetValue(_noRepeat) ?? defaults.NoRepeatNgram,
            DiverseGroups = parsed.GetValue(_groups) ?? defaults.DiverseGroups,
            DiversityPenalty = parsed.GetValue(_diversity) ?? defaults.DiversityPenalty,
            Sampling = !parsed.GetValue(_sample) ? null : new SamplingOptions
            {
                Temperature = parsed.GetValue(_temperature) ?? 1,
                TopK = parsed.GetValue(_topK) ?? 0,
                TopP = parsed.GetValue(_topP) ?? 1,
                MinP = parsed.GetValue(_minP) ?? 0,
                Seed = parsed.GetValue(_seed) ?? 1,
            },
        };
    }

    public WritingDemands? Demands(ParseResult parsed)
    {
        var (prefix, constraints) = (parsed.GetValue(_prefix), parsed.GetValue(_constraints) ?? []);
        return prefix is null && constraints.Length == 0 ? null : new() { Prefix = prefix, Constraints = constraints };
    }
}
