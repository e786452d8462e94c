/** Lines on the pad, or a loaded picture → 28 × 28 pixels as MNIST's makers would have made of them. */

const SIDE = 28;
export const BOX = 20; // The longer side of the ink, in pixels of 28 × 28, as LeCun et al. fitted MNIST's digits.
export const PEN_WIDTH = 2.6; // TODO calibrate

export function strokesToImage(strokes, { center = true } = {}) {
  const image = new Float32Array(SIDE * SIDE);
  return image;
}
