/** Numbers that describe many: range, percentiles, a threshold. */

/** The smallest and the largest. @returns {[number, number]} */
export function rangeOf(values) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return [low, high];
}

/** @param {ArrayLike<number>} values @param {number} share of 100 @returns {number} between two values in proportion */
export function percentile(values, share) {
  const some = new Float32Array(values);
  const place = (share / 100) * (some.length - 1);
  const first = Math.floor(place);
  partAt(some, first);
  const below = some[first];
  if (place === first) return below;
  let next = Infinity;
  for (let i = first + 1; i < some.length; i++) next = Math.min(next, some[i]);
  return below + (place - first) * (next - below);
}

/** Put what is smaller than the value of that rank before it, and what is larger behind it (Hoare, "Find", 1961). */
function partAt(values, rank) {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const value = values[i];
      values[i++] = values[j];
      values[j--] = value;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else return;
  }
}

/** @param {ArrayLike<number>} values @returns {number} */
export function median(values) {
  return percentile(values, 50);
}

/**
 * The value that parts `values` into the two groups with the largest variance between them: Otsu, "A threshold
 * selection method from gray-level histograms" (1979), equation 18; the middle of one of 256 bins.
 *
 * @param {ArrayLike<number>} values
 */
export function otsuThreshold(values) {
  const bins = 256;
  const [low, high] = rangeOf(values);
  const step = (high - low) / bins;
  if (step === 0) return low;
  const counts = new Float64Array(bins);
  values.forEach((value) => counts[Math.min(Math.floor((value - low) / step), bins - 1)]++);
  const total = counts.reduce((sum, count, bin) => sum + count * bin, 0);
  let [below, sum, best, threshold] = [0, 0, -1, 0];
  for (let bin = 0; bin < bins - 1; bin++) {
    below += counts[bin];
    sum += counts[bin] * bin;
    const above = values.length - below;
    const between = below * above * (sum / below - (total - sum) / above) ** 2;
    if (between > best) [best, threshold] = [between, bin];
  }
  return low + (threshold + 0.5) * step;
}
