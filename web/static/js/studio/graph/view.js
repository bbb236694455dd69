/** What of a drawing is seen: moved by dragging its ground, made larger and smaller by wheel, fingers, buttons and keys. */
const CLOSEST = 1.2;
/** Below this size a card can hardly be read; a scene that is larger is shown from its beginning on. */
const READABLE = 0.74;
const STEP = 1.25;
const MARGIN = 24;

export class View {
  #svg;
  #box = { x: 0, y: 0, width: 100, height: 100 };
  #content = this.#box;
  #fingers = new Map();
  #touched = false;

  constructor(svg) {
    this.#svg = svg;
    svg.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    svg.addEventListener("pointerdown", (event) => this.#down(event));
    svg.addEventListener("pointermove", (event) => this.#move(event));
    for (const over of ["pointerup", "pointercancel"]) svg.addEventListener(over, (event) => this.#fingers.delete(event.pointerId));
    new ResizeObserver(() => (this.#touched ? this.#draw() : this.begin())).observe(svg);
  }

  /** The box that holds all that is drawn, and where it begins; shown from there until somebody chooses otherwise. */
  holds(content, start) {
    this.#content = content;
    this.#start = start;
    if (!this.#touched) this.begin();
  }
  #start = { x: 0, y: 0 };

  /** All of it, or from the beginning as much as can be read. */
  begin() {
    const scale = this.#whole();
    if (scale === 0) return;
    if (scale >= READABLE) this.#show(scale);
    else {
      this.#show(READABLE);
      if (this.#content.height > this.#box.height) this.#box.y = this.#content.y - MARGIN;
      const left = this.#content.x - MARGIN;
      const room = this.#content.width + 2 * MARGIN - this.#box.width;
      if (room > 0) this.#box.x = Math.min(Math.max(this.#start.x - this.#box.width / 2, left), left + room);
      this.#draw();
    }
    this.#touched = false;
  }

  /** All of it, however small. */
  fit() {
    const scale = this.#whole();
    if (scale) this.#show(scale);
    this.#touched = true;
  }

  /** The scale at which all of it is seen; 0 while nobody sees anything. */
  #whole() {
    const { width, height } = this.#content;
    const { clientWidth, clientHeight } = this.#svg;
    return Math.min(CLOSEST, clientWidth / (width + 2 * MARGIN), clientHeight / (height + 2 * MARGIN));
  }

  #show(scale) {
    const { x, y, width, height } = this.#content;
    this.#box = { width: this.#svg.clientWidth / scale, height: this.#svg.clientHeight / scale, x: 0, y: 0 };
    this.#box.x = x + width / 2 - this.#box.width / 2;
    this.#box.y = y + height / 2 - this.#box.height / 2;
    this.#draw();
  }

  /** Larger (1) or smaller (-1), around a point of the drawing or the middle. */
  zoom(direction, at = this.#middle(), step = STEP) {
    const scale = this.#svg.clientWidth / this.#box.width;
    const wanted = Math.min(Math.max(scale * step ** direction, 0.05), 4);
    const factor = scale / wanted;
    this.#box = {
      x: at.x - (at.x - this.#box.x) * factor,
      y: at.y - (at.y - this.#box.y) * factor,
      width: this.#box.width * factor,
      height: this.#box.height * factor,
    };
    this.#touched = true;
    this.#draw();
  }

  /** Brings a box into sight, at a size at which it can be read. */
  reveal({ x, y, width, height }) {
    const scale = this.#svg.clientWidth / this.#box.width;
    const { x: left, y: top, width: across, height: down } = this.#box;
    const seen = x >= left && y >= top && x + width <= left + across && y + height <= top + down;
    if (seen || !scale) return;
    this.#box.x = x + width / 2 - across / 2;
    this.#box.y = y + height / 2 - down / 2;
    this.#touched = true;
    this.#draw();
  }

  /** Where on the drawing a pointer is. */
  point({ clientX, clientY }) {
    const { left, top } = this.#svg.getBoundingClientRect();
    const scale = this.#box.width / this.#svg.clientWidth;
    return { x: this.#box.x + (clientX - left) * scale, y: this.#box.y + (clientY - top) * scale };
  }

  #middle() {
    return { x: this.#box.x + this.#box.width / 2, y: this.#box.y + this.#box.height / 2 };
  }

  #wheel(event) {
    event.preventDefault();
    this.zoom(-Math.sign(event.deltaY), this.point(event), event.ctrlKey ? 1.08 : 1.15);
  }

  #down(event) {
    if (event.target.closest("[data-node]") || event.button !== 0) return;
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#svg.setPointerCapture(event.pointerId);
  }

  #move(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    const now = { x: event.clientX, y: event.clientY };
    if (other) {
      const apart = (one) => Math.hypot(one.x - other.x, one.y - other.y) || 1;
      const between = this.point({ clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 });
      this.zoom(1, between, apart(now) / apart(before));
    } else {
      const scale = this.#box.width / this.#svg.clientWidth;
      this.#box.x -= (now.x - before.x) * scale;
      this.#box.y -= (now.y - before.y) * scale;
      this.#touched = true;
      this.#draw();
    }
    this.#fingers.set(event.pointerId, now);
  }

  #draw() {
    const { clientWidth, clientHeight } = this.#svg;
    if (!clientWidth) return;
    this.#box.height = (this.#box.width * clientHeight) / clientWidth;
    this.#svg.setAttribute("viewBox", [this.#box.x, this.#box.y, this.#box.width, this.#box.height].map((each) => each.toFixed(1)).join(" "));
  }
}
