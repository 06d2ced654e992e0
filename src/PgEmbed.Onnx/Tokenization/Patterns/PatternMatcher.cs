using System.Buffers;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Finds a pattern's matches in one text, from left to right. The text has no half of a surrogate pair alone.
/// </summary>
internal ref struct PatternMatcher
{
    private static readonly CharacterClass Word = new(UnicodeCharacters.Set("Word"));

    private readonly Pattern _pattern;
    private readonly PatternStep[] _steps;
    private readonly ReadOnlySpan<char> _text;
    private Frame[] _stack = ArrayPool<Frame>.Shared.Rent(64);
    private int _depth;
    private long _budget;
    private int _from;
    private int _lastEnd = -1;

    public PatternMatcher(Pattern pattern, ReadOnlySpan<char> text)
    {
        _pattern = pattern;
        _steps = pattern.Steps;
        _text = text;
        // Patterns in use take some ten steps a character; those that hang take the square of the length or more.
        _budget = 100_000 + (500L * text.Length);
    }

    /// <summary>The next match; an empty one right behind the match before does not count.</summary>
    /// <exception cref="PgEmbedException">The pattern takes too many steps on this text.</exception>
    public bool TryNext(out int start, out int end)
    {
        for (start = _from; start <= _text.Length; start += LengthAt(start))
        {
            if (_pattern.Start is { } first && (start == _text.Length || !first.Contains(_text, start, out _)))
                continue;
            if (!TryMatch(0, start, out end) || (end == start && end == _lastEnd))
                continue;
            _from = _lastEnd = end;
            return true;
        }

        end = start;
        return false;
    }

    public void Dispose()
    {
        ArrayPool<Frame>.Shared.Return(_stack);
        _stack = [];
    }

    private readonly int LengthAt(int at) => at < _text.Length && char.IsHighSurrogate(_text[at]) ? 2 : 1;

    private readonly int LengthBefore(int at) => char.IsLowSurrogate(_text[at - 1]) ? 2 : 1;

    /// <summary>Runs steps to their end; what was pushed on the way is gone afterwards.</summary>
    private bool TryMatch(int step, int at, out int end)
    {
        var bottom = _depth;
        while (true)
        {
            if (--_budget < 0)
                throw TooLong();
            ref readonly var current = ref _steps[step];
            var succeeded = true;
            step++;
            switch (current.Operation)
            {
                case PatternOperation.Accept:
                    _depth = bottom;
                    end = at;
                    return true;
                case PatternOperation.One:
                    succeeded = at < _text.Length && current.Class!.Contains(_text, at, out var length)
                        && (at += length) > 0;
                    break;
                case PatternOperation.Run or PatternOperation.PossessiveRun:
                    succeeded = TryRun(in current, step, ref at);
                    break;
                case PatternOperation.Split:
                    Push(new Frame(current.B, at, at));
                    step = current.A;
                    break;
                case PatternOperation.Jump:
                    step = current.A;
                    break;
                case PatternOperation.Back:
                    succeeded = TryBack(current.A, ref at);
                    break;
                case PatternOperation.Look or PatternOperation.NegativeLook:
                    succeeded = TryMatch(step, at, out _) == (current.Operation == PatternOperation.Look);
                    step = current.A;
                    break;
                case PatternOperation.Atomic:
                    succeeded = TryMatch(step, at, out var after);
                    at = succeeded ? after : at;
                    step = current.A;
                    break;
                default:
                    succeeded = Holds(current.Operation, at);
                    break;
            }

            if (succeeded)
                continue;
            if (_depth == bottom)
            {
                end = at;
                return false;
            }

            // Another way: where a run ended, it now ends a code point earlier.
            ref var frame = ref _stack[_depth - 1];
            (step, at) = (frame.Step, frame.At);
            if (frame.At > frame.Least)
                frame.At -= LengthBefore(frame.At);
            else
                _depth--;
        }
    }

    private bool TryRun(in PatternStep step, int next, ref int at)
    {
        var start = at;
        var least = at;
        var count = 0;
        while (count < step.B && at < _text.Length && step.Class!.Contains(_text, at, out var length))
        {
            at += length;
            if (++count == step.A)
                least = at;
        }

        _budget -= at - start;
        if (count < step.A)
            return false;
        if (step.Operation == PatternOperation.Run && at > least)
            Push(new Frame(next, at - LengthBefore(at), least));
        return true;
    }

    private readonly bool TryBack(int count, ref int at)
    {
        for (; count > 0; count--)
        {
            if (at == 0)
                return false;
            at -= LengthBefore(at);
        }

        return true;
    }

    private readonly bool Holds(PatternOperation anchor, int at) => anchor switch
    {
        PatternOperation.LineStart => at == 0 || (at < _text.Length && _text[at - 1] == '\n'),
        PatternOperation.LineEnd => at == _text.Length || _text[at] == '\n',
        PatternOperation.TextStart => at == 0,
        PatternOperation.TextEnd => at == _text.Length,
        PatternOperation.LastLineEnd => at == _text.Length || (at == _text.Length - 1 && _text[at] == '\n'),
        PatternOperation.WordBorder => IsWordBorder(at),
        _ => !IsWordBorder(at),
    };

    private readonly bool IsWordBorder(int at) =>
        (at > 0 && Word.Contains(_text, at - LengthBefore(at), out _))
        != (at < _text.Length && Word.Contains(_text, at, out _));

    private void Push(Frame frame)
    {
        if (_depth == _stack.Length)
        {
            var grown = ArrayPool<Frame>.Shared.Rent(_stack.Length * 2);
            _stack.CopyTo(grown, 0);
            ArrayPool<Frame>.Shared.Return(_stack);
            _stack = grown;
        }

        _stack[_depth++] = frame;
    }

    private readonly PgEmbedException TooLong() => new(
        $"The pattern '{_pattern.Source}' of tokenizer.json takes too long on a text of {_text.Length} characters.",
        "Shorten the text, or take a model whose tokenizer has no such pattern.");

    /// <summary>Where to go on when a way fails: at the place, or as far before it as the least.</summary>
    private record struct Frame(int Step, int At, int Least);
}
