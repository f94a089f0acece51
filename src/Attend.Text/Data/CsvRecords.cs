using CsvHelper;

namespace Attend.Text.Data;

/// <summary>Records of a CSV file as RFC 4180 has them, but a quote inside a field that does not begin with one is text.</summary>
internal static class CsvRecords
{
    public static IEnumerable<DelimitedRecord> Read(string path)
    {
        CsvMalformedRecord? malformed = null;
        var options = new CsvReaderOptions
        {
            Separator = ',',
            HasHeader = false,
            SkipEmptyLines = false,
            TrackLineNumbers = true,
            OnMalformedRecord = record => malformed = record,
        };
        using var reader = CsvReader.Create(DataFile.OpenText(path), options);
        while (Next(reader, path))
        {
            if (malformed is { } record) Check(reader, path, record);
            malformed = null;
            var fields = new string[reader.FieldCount];
            for (var i = 0; i < fields.Length; i++) fields[i] = reader.GetString(i);
            yield return new DelimitedRecord(reader.LineNumber, fields);
        }
    }

    private static bool Next(CsvReader reader, string path)
    {
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException e)
        {
            throw new DataFileException(path, e.LineNumber > 0 ? e.LineNumber : null, e.Message, e);
        }
    }

    // CsvHelper names only the first of a record's faults, and a quote inside an unquoted field is none to us: look at each field.
    private static void Check(CsvReader reader, string path, CsvMalformedRecord record)
    {
        if (record.Reason == CsvMalformedReason.UnterminatedQuote)
            throw new DataFileException(path, reader.LineNumber, "a quote opened in the row that begins here is never closed. "
                + "Close it, or double each quote that is part of the text (\"\") and quote the whole field.");
        for (var i = 0; i < reader.FieldCount; i++)
        {
            var raw = reader.GetRawSpan(i);
            if (raw is not [(byte)'"', ..]) continue;
            var rest = raw[1..];
            while (rest.IndexOf((byte)'"') is var quote and >= 0 && rest[(quote + 1)..] is [(byte)'"', .. var next]) rest = next;
            if (rest.IndexOf((byte)'"') != rest.Length - 1)
                throw new DataFileException(path, reader.LineNumber, $"field {i + 1} goes on after its closing quote. "
                    + "Double each quote that is part of the text (\"\") and quote the whole field.");
        }
    }
}
