/**
 * Many maps on one canvas, in rows: one canvas for a layer is many times as quick as one for each unit.
 *
 * A value is a square of whole device pixels, so that nothing is blurred on any screen.
 */

import { paintHatching, paintMap } from "./colours.js";

export class Mosaic {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {number} side values in a row of a map
   * @param {number} count maps
   */
  constructor(canvas, side, count) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.side = side;
    this.count = count;
    this.order = Int32Array.from({ length: count }, (_, unit) => unit);
  }

  /**
   * @param {number} columns maps in a row
   * @param {number} zoom CSS pixels of a value's square
   * @param {number} gap CSS pixels between two maps
   */
  layout(columns, zoom, gap) {
    const ratio = window.devicePixelRatio || 1;
    this.ratio = ratio;
    this.columns = Math.min(columns, this.count);
    this.rows = Math.ceil(this.count / this.columns);
    this.zoom = Math.max(1, Math.round(zoom * ratio));
    this.gap = gap ? Math.max(1, Math.round(gap * ratio)) : 0;
    this.pitch = this.side * this.zoom + this.gap;
    const width = this.columns * this.pitch - this.gap;
    const height = this.rows * this.pitch - this.gap;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.canvas.style.width = `${width / ratio}px`;
    this.canvas.style.height = `${height / ratio}px`;
    this.image = this.context.createImageData(width, height);
    this.target = { data: new Uint32Array(this.image.data.buffer), width };
  }

  /**
   * @param {ArrayLike<number>} values [side][side][count]
   * @param {import("./colours.js").Scale} scale
   * @param {import("./colours.js").Colours} colours
   * @param {(unit: number) => boolean} hatched
   */
  paint(values, scale, colours, hatched = () => false) {
    const { side, count, zoom } = this;
    for (let position = 0; position < count; position++) {
      const unit = this.order[position];
      const { left, top } = this.corner(position);
      if (hatched(unit)) {
        paintHatching(this.target, left, top, side * zoom, side * zoom, colours);
      } else {
        paintMap(this.target, left, top, { values, first: unit, step: count, side }, zoom, scale);
      }
    }
    this.show();
  }

  /** Put the painted pixels on the canvas, without marks. */
  show() {
    this.context.putImageData(this.image, 0, 0);
  }

  /** In device pixels. */
  corner(position) {
    const column = position % this.columns;
    return { left: column * this.pitch, top: ((position - column) / this.columns) * this.pitch };
  }

  /** Where a unit stands. */
  positionOf(unit) {
    return this.order.indexOf(unit);
  }

  /**
   * Frame a rectangle of values: dark and light, so that it is seen on every colour.
   *
   * @param {number} unit
   * @param {{top: number, left: number, bottom: number, right: number}} box rows and columns, the last included;
   *   what is beyond the map's border is cut off
   * @param {string} colour
   * @param {string} halo
   */
  frame(unit, box, colour, halo) {
    const corner = this.corner(this.positionOf(unit));
    const [left, top] = [Math.max(0, box.left), Math.max(0, box.top)];
    const [right, bottom] = [Math.min(this.side - 1, box.right), Math.min(this.side - 1, box.bottom)];
    const line = Math.max(1, Math.round(1.5 * this.ratio));
    const { width, height } = this.canvas;
    this.context.lineWidth = line;
    for (const [grow, style] of [[line, halo], [0, colour]]) {
      const out = grow + line / 2;
      const [x0, y0] = [corner.left + left * this.zoom - out, corner.top + top * this.zoom - out];
      const [x1, y1] = [corner.left + (right + 1) * this.zoom + out, corner.top + (bottom + 1) * this.zoom + out];
      // At the canvas's edge the frame stands inside.
      const [x, y] = [Math.max(x0, line / 2), Math.max(y0, line / 2)];
      this.context.strokeStyle = style;
      this.context.strokeRect(x, y, Math.min(x1, width - line / 2) - x, Math.min(y1, height - line / 2) - y);
    }
  }

  /** The whole map, for `frame`. */
  get whole() {
    return { top: 0, left: 0, bottom: this.side - 1, right: this.side - 1 };
  }

  /**
   * What lies under a pointer.
   *
   * @param {MouseEvent} event
   * @returns {{unit: number, y: number, x: number}|null} null between the maps
   */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const px = ((event.clientX - box.left) / box.width) * this.canvas.width;
    const py = ((event.clientY - box.top) / box.height) * this.canvas.height;
    const [column, row] = [Math.floor(px / this.pitch), Math.floor(py / this.pitch)];
    const x = Math.floor((px - column * this.pitch) / this.zoom);
    const y = Math.floor((py - row * this.pitch) / this.zoom);
    const position = row * this.columns + column;
    const outside = x < 0 || y < 0 || x >= this.side || y >= this.side || column >= this.columns;
    return outside || position < 0 || position >= this.count ? null : { unit: this.order[position], y, x };
  }

  /**
   * The middle of a value's square, in CSS pixels of the window.
   *
   * @returns {{x: number, y: number}}
   */
  middle(unit, y, x) {
    const box = this.canvas.getBoundingClientRect();
    const { left, top } = this.corner(this.positionOf(unit));
    return {
      x: box.left + (left + (x + 0.5) * this.zoom) / this.ratio,
      y: box.top + (top + (y + 0.5) * this.zoom) / this.ratio,
    };
  }
}
