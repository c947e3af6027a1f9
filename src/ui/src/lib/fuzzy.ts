/* Ranks by how well a short query fits: a word's beginning before anything inside, 0 for no match.
 * All words of the query must fit somewhere. */
export function score(query: string, text: string): number {
  const hay = text.toLowerCase();
  let total = 1;
  for (const word of query.toLowerCase().split(/\s+/)) {
    if (!word) continue;
    const at = hay.indexOf(word);
    if (at < 0) return 0;
    total += at === 0 ? 4 : /[\s/:.(-]/.test(hay[at - 1]!) ? 3 : 1;
  }
  return total;
}

export function rank<T>(query: string, items: readonly T[], text: (item: T) => string): T[] {
  if (!query.trim()) return [...items];
  return items
    .map((item, i) => ({ item, i, s: score(query, text(item)) }))
    .filter((x) => x.s > 0)
    .sort((a, b) => b.s - a.s || a.i - b.i)
    .map((x) => x.item);
}
