using SkiaSharp;

namespace Attend.Plots;

/// <summary>How a text is drawn.</summary>
/// <param name="Size">Font size in points of the picture (see <see cref="Picture"/>).</param>
/// <param name="Color">Ink.</param>
/// <param name="Align">Which end of the text stands at the given place.</param>
/// <param name="Degrees">Turn, clockwise, around the given place.</param>
/// <param name="Bold">Thicker strokes.</param>
internal readonly record struct TextStyle(float Size, SKColor Color, SKTextAlign Align = SKTextAlign.Left, float Degrees = 0, bool Bold = false);

/// <summary>A drawing of a fixed size in points, made into PNG (one or two pixels per point) or SVG.</summary>
internal sealed class Picture(float width, float height, Action<Picture.Pen> draw)
{
    // Above this side length two pixels per point would cost more memory than sharpness is worth.
    private const float LargestSharpSide = 2400;

    public byte[] Png()
    {
        var density = Math.Max(width, height) <= LargestSharpSide ? 2 : 1;
        var info = new SKImageInfo((int)MathF.Ceiling(width * density), (int)MathF.Ceiling(height * density), SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var surface = SKSurface.Create(info) ?? throw new InvalidOperationException($"No memory for a picture of {info.Width} x {info.Height} pixels.");
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.Scale(density);
        draw(new Pen(surface.Canvas, outlineText: false));
        // Flat areas: this filter is twice as fast as trying them all, for a tenth more bytes.
        using var pixels = surface.PeekPixels();
        using var data = pixels?.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Up, 6));
        return data?.ToArray() ?? throw new InvalidOperationException($"A picture of {info.Width} x {info.Height} pixels could not be written as PNG.");
    }

    public byte[] Svg()
    {
        using var stream = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(SKRect.Create(width, height), stream))
        {
            canvas.Clear(SKColors.White);
            draw(new Pen(canvas, outlineText: true));
        }
        return stream.ToArray();
    }

    /// <summary>Writes the file only once the picture is complete, so that a failure leaves an older file as it was.</summary>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var bytes = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".PNG" => Png(),
            ".SVG" => Svg(),
            _ => throw new ArgumentException($"Expected a path that ends in .png or .svg, found \"{path}\".", nameof(path)),
        };
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Draws in points; in an SVG text becomes outlines, because the reader's machine may lack the fonts.</summary>
    internal sealed class Pen(SKCanvas canvas, bool outlineText)
    {
        public void Text(string text, float x, float y, TextStyle style)
        {
            using var paint = new SKPaint { Color = style.Color, IsAntialias = true };
            canvas.Save();
            canvas.Translate(x, y);
            canvas.RotateDegrees(style.Degrees);
            var left = style.Align == SKTextAlign.Left ? 0 : -PlotFonts.Width(text, style.Size, style.Bold) * (style.Align == SKTextAlign.Center ? 0.5f : 1);
            foreach (var (run, typeface) in PlotFonts.Runs(text))
            {
                using var font = PlotFonts.Font(typeface, style.Size, style.Bold);
                if (outlineText)
                {
                    using var outline = font.GetTextPath(run, new SKPoint(left, 0));
                    canvas.DrawPath(outline, paint);
                }
                else
                {
                    canvas.DrawText(run, left, 0, SKTextAlign.Left, font, paint);
                }
                left += font.MeasureText(run);
            }
            canvas.Restore();
        }

        public void Fill(SKRect area, SKColor color)
        {
            // Not antialiased: neighbouring cells must not show a seam.
            using var paint = new SKPaint { Color = color, IsAntialias = false };
            canvas.DrawRect(area, paint);
        }

        public void Dot(float x, float y, float radius, SKColor color)
        {
            using var paint = new SKPaint { Color = color, IsAntialias = true };
            canvas.DrawCircle(x, y, radius, paint);
        }

        public void Line(SKPoint from, SKPoint to, SKColor color, float thickness = 1) => Polyline([from, to], color, thickness, []);

        public void Polyline(ReadOnlySpan<SKPoint> points, SKColor color, float thickness, float[] dashes)
        {
            using var effect = dashes.Length == 0 ? null : SKPathEffect.CreateDash(dashes, 0);
            using var paint = new SKPaint
            {
                Color = color,
                IsAntialias = true,
                IsStroke = true,
                StrokeWidth = thickness,
                StrokeJoin = SKStrokeJoin.Round,
                StrokeCap = SKStrokeCap.Butt,
                PathEffect = effect,
            };
            using var builder = new SKPathBuilder();
            builder.MoveTo(points[0]);
            foreach (var point in points[1..]) builder.LineTo(point);
            using var path = builder.Detach();
            canvas.DrawPath(path, paint);
        }
    }
}
