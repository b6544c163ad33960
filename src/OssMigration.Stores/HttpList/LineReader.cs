using System.Text;

namespace OssMigration.Stores.HttpList;

/// <summary>Reads lines as <see cref="TextReader.ReadLine"/> does, of which each has an end. Used by one thread at a time.</summary>
/// <param name="text">The text.</param>
/// <param name="most">Characters after which a line is given up.</param>
internal sealed class LineReader(TextReader text, int most)
{
    private readonly char[] _buffer = new char[4_096];
    private readonly StringBuilder _line = new();
    private int _from;
    private int _to;
    private bool _isAfterReturn;

    /// <summary>The next line; null at the end. One that is longer than it may be comes cut, and longer by some.</summary>
    public async ValueTask<string?> ReadAsync(CancellationToken cancellationToken)
    {
        while (_line.Length <= most)
        {
            if (_from == _to)
            {
                _from = 0;
                _to = await text.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
                if (_to == 0)
                    return _line.Length > 0 ? Take() : null;
            }

            if (_isAfterReturn && _buffer[_from] == '\n')
                _from++;
            _isAfterReturn = false;
            int length = _buffer.AsSpan(_from, _to - _from).IndexOfAny('\n', '\r');
            _line.Append(_buffer, _from, length < 0 ? _to - _from : length);
            if (length < 0)
            {
                _from = _to;
                continue;
            }

            _isAfterReturn = _buffer[_from + length] == '\r';
            _from += length + 1;
            return Take();
        }

        return Take();
    }

    private string Take()
    {
        string line = _line.ToString();
        _line.Clear();
        return line;
    }
}
