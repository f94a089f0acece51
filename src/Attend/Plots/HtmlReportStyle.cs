namespace Attend.Plots;

/// <summary>The look of <see cref="HtmlReport"/>: light or dark as the reader's system asks, light on paper.</summary>
internal static class HtmlReportStyle
{
    public const string Css = """

        :root { color-scheme: light dark; --page: #fff; --card: #f5f7fa; --ink: #1b2430; --faint: #566273; --line: #dfe4ea; --bar: #cfe3f4; --warn: #fff7e0; --warn-line: #d9a400; --mark: #cfe3f4; --wrong: #f6d3c2; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #12161c; --card: #1c222b; --ink: #e6eaf0; --faint: #9aa7b8; --line: #2f3844; --bar: #1f4a74; --warn: #2a2412; --warn-line: #c79a1a; --mark: #1f4a74; --wrong: #6b3217; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
        main { max-width: 1080px; margin: 0 auto; padding: 32px 24px 64px; }
        h1 { font-size: 28px; line-height: 1.25; margin: 0 0 16px; overflow-wrap: anywhere; }
        h2 { font-size: 19px; margin: 40px 0 10px; }
        table { border-collapse: collapse; }
        th { text-align: start; font-weight: 600; }
        .facts th { color: var(--faint); font-weight: 500; padding: 2px 24px 2px 0; vertical-align: top; white-space: nowrap; }
        .facts td { padding: 2px 0; overflow-wrap: anywhere; white-space: pre-wrap; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(196px, 1fr)); gap: 12px; }
        .tile { background: var(--card); border-radius: 10px; padding: 14px 16px; overflow-wrap: anywhere; }
        .tile .name { color: var(--faint); font-weight: 600; font-size: 13px; }
        .tile .value { font-size: 27px; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.35; }
        .tile .range { color: var(--faint); font-size: 13px; font-variant-numeric: tabular-nums; margin-top: -4px; }
        .tile .meaning { color: var(--faint); font-size: 12.5px; line-height: 1.4; }
        .notes { background: var(--warn); border-inline-start: 4px solid var(--warn-line); border-radius: 6px; padding: 12px 20px; margin-top: 28px; }
        .notes h2 { margin: 0 0 4px; font-size: 15px; }
        .notes ul { margin: 0; padding-inline-start: 20px; overflow-wrap: anywhere; }
        .legend { color: var(--faint); font-size: 13.5px; margin: 0 0 10px; max-width: 80ch; }
        .below { margin-top: 10px; }
        figure { --most: calc(100vw - 64px); width: min(var(--width), var(--most)); margin: 0; margin-inline-start: min(0px, calc((min(1032px, var(--most)) - min(var(--width), var(--most))) / 2)); }
        figure img { display: block; width: 100%; height: auto; border-radius: 10px; border: 1px solid var(--line); }
        .scroll { overflow-x: auto; }
        .data { width: 100%; font-size: 14px; }
        .data th:first-child, .data td:first-child { min-width: 16ch; }
        .data th, .data td { padding: 6px 10px; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
        .data thead th { color: var(--faint); font-size: 13px; border-bottom-width: 2px; }
        .data th[title] { text-decoration: underline dotted; text-underline-offset: 3px; cursor: help; }
        .data tfoot th, .data tfoot td { background: var(--card); }
        .data .number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .bar { background: linear-gradient(to right, var(--bar) var(--share), transparent 0) no-repeat 0 50% / 100% 70%; min-width: 110px; }
        td .range { color: var(--faint); font-size: 12px; padding-inline-start: 4px; }
        mark { background: var(--mark); color: inherit; border-radius: 4px; padding: 1px 3px; }
        mark.wrong { background: var(--wrong); }
        mark small { color: var(--faint); font-size: 11px; padding-inline-start: 4px; }
        .mistakes td { min-width: 16ch; }
        .mistakes .number { min-width: 0; }
        .mistakes .text { white-space: pre-wrap; width: 56%; }
        footer { margin-top: 48px; border-top: 1px solid var(--line); }
        footer h2 { margin-top: 20px; font-size: 15px; }
        footer ul { margin: 0; padding-inline-start: 20px; }
        code { font: 12.5px/1.6 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; color: var(--faint); }
        @media print {
          :root { color-scheme: light; --page: #fff; --card: #f5f7fa; --ink: #000; --faint: #3d4856; --line: #c9d0d8; --bar: #cfe3f4; --warn: #fff; }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          body { font-size: 11px; }
          main { max-width: none; padding: 0; }
          h2, .legend { break-after: avoid; }
          h2 { margin-top: 20px; font-size: 15px; }
          .data { font-size: 10.5px; }
          .data th, .data td { padding: 3px 8px; }
          .tile { padding: 8px 12px; }
          .tile .value { font-size: 20px; }
          .tile .meaning, .legend, code { font-size: 10.5px; }
          .scroll { overflow: visible; }
          figure { margin: 0; width: auto; max-width: var(--width); }
          tr, .tile, figure, .notes { break-inside: avoid; }
          thead { display: table-header-group; }
          tfoot { display: table-row-group; }
        }

        """;
}
