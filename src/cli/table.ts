/** A column: its heading, with the unit, and on which side its cells stand. */
export interface Column {
  readonly head: string;
  readonly align?: "left" | "right";
}

const GAP = "  ";

/**
 * Lays out rows under their headings, without lines, so that grep and awk can read the table too. Own code,
 * because the library that draws the benchmarks' tables takes a millisecond for each row, and a node may have
 * 2,000 rows.
 *
 * @param rows Their cells, escaped; each character is one column wide.
 */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const all = [columns.map(({ head }) => head), ...rows];
  const widths = columns.map((_, index) =>
    all.reduce((max, row) => Math.max(max, (row[index] ?? "").length), 0)
  );
  const cell = (text: string, index: number): string => {
    const width = widths[index] ?? 0;
    return columns[index]?.align === "right" ? text.padStart(width) : text.padEnd(width);
  };
  return all.map((row) => row.map(cell).join(GAP).trimEnd()).join("\n");
}
