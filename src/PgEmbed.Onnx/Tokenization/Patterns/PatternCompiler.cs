namespace PgEmbed.Onnx.Tokenization;

/// <summary>Compiles a pattern's parts to steps.</summary>
internal sealed class PatternCompiler
{
    private const int MaxSteps = 20_000;

    private readonly List<PatternStep> _steps = [];
    private readonly Dictionary<CodePointSet, CharacterClass> _classes = [];

    public static PatternStep[] Compile(PatternNode node)
    {
        var compiler = new PatternCompiler();
        compiler.Add(node);
        compiler.Emit(new PatternStep(PatternOperation.Accept));
        return [.. compiler._steps];
    }

    private void Add(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.One one:
                Emit(new PatternStep(PatternOperation.One, ClassOf(one.Set)));
                break;
            case PatternNode.Sequence sequence:
                foreach (var part in sequence.Parts)
                    Add(part);
                break;
            case PatternNode.Choice choice:
                AddChoice([.. choice.Parts.Select(part => (Action)(() => Add(part)))]);
                break;
            case PatternNode.Repeat { Part: PatternNode.One one, Lazy: false } repeat:
                AddRun(PatternOperation.Run, one, repeat);
                break;
            case PatternNode.Repeat repeat:
                AddRepeat(repeat);
                break;
            case PatternNode.Atomic { Part: PatternNode.Repeat { Part: PatternNode.One one, Lazy: false } repeat }:
                AddRun(PatternOperation.PossessiveRun, one, repeat);
                break;
            case PatternNode.Atomic atomic:
                AddNested(PatternOperation.Atomic, () => Add(atomic.Part));
                break;
            case PatternNode.Look look:
                AddNested(
                    look.Negative ? PatternOperation.NegativeLook : PatternOperation.Look,
                    look.Behind ? () => AddBehind(look.Part) : () => Add(look.Part));
                break;
            case PatternNode.Anchor anchor:
                Emit(new PatternStep(anchor.Operation));
                break;
            default:
                throw new ArgumentException($"There are no steps for {node.GetType().Name}.", nameof(node));
        }
    }

    private void AddRun(PatternOperation operation, PatternNode.One one, PatternNode.Repeat repeat) =>
        Emit(new PatternStep(operation, ClassOf(one.Set), repeat.Least, repeat.Most ?? int.MaxValue));

    private void AddChoice(IReadOnlyList<Action> parts)
    {
        var ends = new List<int>();
        for (var i = 0; i < parts.Count; i++)
        {
            var isLast = i == parts.Count - 1;
            var split = isLast ? -1 : Emit(new PatternStep(PatternOperation.Split));
            parts[i]();
            if (isLast)
                break;
            ends.Add(Emit(new PatternStep(PatternOperation.Jump)));
            _steps[split] = _steps[split] with { A = split + 1, B = _steps.Count };
        }

        foreach (var end in ends)
            _steps[end] = _steps[end] with { A = _steps.Count };
    }

    private void AddRepeat(PatternNode.Repeat repeat)
    {
        for (var i = 0; i < repeat.Least; i++)
            Add(repeat.Part);
        if (repeat.Most is { } most)
        {
            var splits = new List<int>();
            for (var i = repeat.Least; i < most; i++)
            {
                splits.Add(Emit(new PatternStep(PatternOperation.Split)));
                Add(repeat.Part);
            }

            foreach (var split in splits)
                SetSplit(split, _steps.Count, repeat.Lazy);
            return;
        }

        if (repeat.Part.Length.Least == 0)
            throw new FormatException("a repetition without bound of what may be empty is not supported");
        var loop = Emit(new PatternStep(PatternOperation.Split));
        Add(repeat.Part);
        Emit(new PatternStep(PatternOperation.Jump, A: loop));
        SetSplit(loop, _steps.Count, repeat.Lazy);
    }

    /// <summary>
    /// Enters the part behind a split or passes it over, the one tried first being the lazier or not.
    /// </summary>
    private void SetSplit(int split, int over, bool lazy) =>
        _steps[split] = _steps[split] with { A = lazy ? over : split + 1, B = lazy ? split + 1 : over };

    /// <summary>A condition or an atomic part: its steps, an end of their own, and where to go on (A).</summary>
    private void AddNested(PatternOperation operation, Action part)
    {
        var start = Emit(new PatternStep(operation));
        part();
        Emit(new PatternStep(PatternOperation.Accept));
        _steps[start] = _steps[start] with { A = _steps.Count };
    }

    /// <summary>What stands behind is matched forward, from as far back as it is long.</summary>
    private void AddBehind(PatternNode part)
    {
        var choices = part is PatternNode.Choice choice ? choice.Parts : [part];
        AddChoice([.. choices.Select(one => (Action)(() =>
        {
            if (one.Length.Most != one.Length.Least)
                throw new FormatException("a look behind at what has no fixed length is not supported");
            Emit(new PatternStep(PatternOperation.Back, A: one.Length.Least));
            Add(one);
        }))]);
    }

    private int Emit(PatternStep step)
    {
        if (_steps.Count == MaxSteps)
            throw new FormatException($"it has more than {MaxSteps} steps, repetitions written out");
        _steps.Add(step);
        return _steps.Count - 1;
    }

    private CharacterClass ClassOf(CodePointSet set)
    {
        if (!_classes.TryGetValue(set, out var found))
            _classes[set] = found = new CharacterClass(set);
        return found;
    }
}
