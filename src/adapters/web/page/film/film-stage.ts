import type OpenSeadragon from 'openseadragon';
import type { Box, NumberedBox } from '../../../../core/film.ts';
import type { ShownFilm } from '../state/turn.ts';
import { type BoxOverlay, createBoxOverlay } from './box-overlay.ts';

export type StageEvents = {
  /** The box under the pointer, or that has the focus. */
  readonly onPoint: (number: number | undefined) => void;
  /** A press on a box; undefined: beside all of them. */
  readonly onPress: (number: number | undefined) => void;
  /** A drag that windows: shares of the viewer's width and height. */
  readonly onWindow: (change: { readonly wider: number; readonly higher: number }) => void;
  /** The film cannot be shown by this browser. */
  readonly onUnreadable: () => void;
};

/** As far as a film is enlarged: film pixels of this many screen pixels. */
const MOST_ZOOM = 10;
const ANIMATION_S = 0.25;
/** How far one key press pans, as a share of what is seen. */
const PAN_STEP = 0.12;

/**
 * A film on OpenSeadragon, which knows wheel, pinch and drag, with boxes over it that move with the film and are buttons
 * for the keyboard. Pointers go through the boxes to the film: a drag that begins on one pans or windows as anywhere.
 */
export class FilmStage {
  readonly #library: typeof OpenSeadragon;
  readonly #viewer: OpenSeadragon.Viewer;
  readonly #events: StageEvents;
  #film: ShownFilm | undefined;
  #boxes: readonly NumberedBox[] = [];
  #overlays: readonly BoxOverlay[] = [];
  #lit: readonly number[] = [];
  #mode: 'move' | 'window' = 'move';

  static async create(element: HTMLElement, events: StageEvents): Promise<FilmStage> {
    const { default: library } = await import('openseadragon');
    keepOutInlineStyle();
    return new FilmStage(library, element, events);
  }

  private constructor(library: typeof OpenSeadragon, element: HTMLElement, events: StageEvents) {
    this.#library = library;
    this.#events = events;
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const gestures = { clickToZoom: false, dblClickToZoom: true, flickEnabled: false };
    this.#viewer = library({
      element,
      // One picture on a canvas: everywhere the same, and a style filter can window it.
      drawer: 'canvas',
      showNavigationControl: false,
      gestureSettingsMouse: gestures,
      gestureSettingsTouch: { ...gestures, pinchRotate: false },
      gestureSettingsPen: gestures,
      visibilityRatio: 0.5,
      minZoomImageRatio: 0.7,
      maxZoomPixelRatio: MOST_ZOOM,
      animationTime: isStill ? 0 : ANIMATION_S,
      zoomPerScroll: 1.15,
    });
    this.#listen(element);
  }

  /** Shows a film; of the same shape as the one before, at the place and the size that one was seen. */
  async open(film: ShownFilm): Promise<void> {
    this.#film = film;
    const before = this.#item?.getContentSize();
    const bounds = this.#viewer.viewport?.getBounds();
    const focused = this.#focusedBox();
    const isOpen = await this.#load(film.url);
    if (this.#film !== film) return;
    if (!isOpen) {
      this.#events.onUnreadable();
      return;
    }
    const size = this.#item?.getContentSize();
    if (before !== undefined && size !== undefined && isSameShape(before, size))
      this.#viewer.viewport.fitBounds(bounds, true);
    this.#drawBoxes(focused);
  }

  /** Shows nothing. */
  close(): void {
    this.#film = undefined;
    this.#overlays = [];
    this.#viewer.close();
  }

  show(boxes: readonly NumberedBox[]): void {
    this.#boxes = boxes;
    this.#drawBoxes();
  }

  /** Sets these boxes off from the others, now and when they are drawn again; none: all are alike. */
  light(numbers: readonly number[]): void {
    this.#lit = numbers;
    for (const { element, number } of this.#overlays) {
      element.classList.toggle('lit', numbers.includes(number));
      element.classList.toggle('dim', numbers.length > 0 && !numbers.includes(number));
    }
  }

  /** Brings a box into view, if its middle is not. */
  reveal(number: number): void {
    const box = this.#boxes.find((one) => one.number === number)?.box;
    if (box === undefined || this.#item === undefined) return;
    const place = this.#placeOf(box);
    const middle = place.getCenter();
    const seen = this.#viewer.viewport.getBounds();
    const isSeen =
      middle.x > seen.x &&
      middle.y > seen.y &&
      middle.x < seen.x + seen.width &&
      middle.y < seen.y + seen.height;
    if (!isSeen) this.#viewer.viewport.panTo(middle).applyConstraints();
  }

  /** How grey values become light: light = slope * grey + intercept, by the filter of that id. */
  filter(id: string | undefined): void {
    this.#viewer.drawer.canvas.style.filter = id === undefined ? '' : `url(#${id})`;
  }

  dragBy(mode: 'move' | 'window'): void {
    this.#mode = mode;
  }

  zoomBy(factor: number): void {
    this.#viewer.viewport?.zoomBy(factor).applyConstraints();
  }

  /** One step; 1 is to the right, or down. */
  panBy(right: number, down: number): void {
    const { width, height } = this.#viewer.viewport.getBounds();
    const step = new this.#library.Point(right * width * PAN_STEP, down * height * PAN_STEP);
    this.#viewer.viewport.panBy(step).applyConstraints();
  }

  /** Gives the keys to the film. */
  focus(): void {
    this.#viewer.canvas.focus({ preventScroll: true });
  }

  fit(): void {
    this.#viewer.viewport?.goHome();
  }

  /** Lays an element exactly over the film, where it stays until `remove`; the film itself does not move meanwhile. */
  cover(element: HTMLElement): { readonly remove: () => void } {
    this.#viewer.setMouseNavEnabled(false);
    this.#setBoxesHidden(true);
    this.#viewer.addOverlay({ element, location: this.#placeOf([0, 0, 1, 1]) });
    return {
      remove: () => {
        this.#viewer.removeOverlay(element);
        this.#setBoxesHidden(false);
        this.#viewer.setMouseNavEnabled(true);
      },
    };
  }

  destroy(): void {
    this.#viewer.destroy();
  }

  get #item(): OpenSeadragon.TiledImage | undefined {
    return this.#viewer.world.getItemAt(0) as OpenSeadragon.TiledImage | undefined;
  }

  #load(url: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.#viewer.addOnceHandler('open', () => resolve(true));
      this.#viewer.addOnceHandler('open-failed', () => resolve(false));
      this.#viewer.open({ tileSource: { type: 'image', url } });
    });
  }

  #placeOf([left, top, right, bottom]: Box): OpenSeadragon.Rect {
    const { x: width, y: height } = this.#item?.getContentSize() ?? { x: 1, y: 1 };
    const ratio = height / width;
    return new this.#library.Rect(left, top * ratio, right - left, (bottom - top) * ratio);
  }

  /** The box that has, or had, the focus has it again, unless something else has it by now. */
  #drawBoxes(focused = this.#focusedBox()): void {
    for (const { element } of this.#overlays) this.#viewer.removeOverlay(element);
    this.#overlays = [];
    if (this.#item === undefined) return;
    this.#overlays = this.#boxes.map((box) => createBoxOverlay(box, this.#events));
    for (const { element, box } of this.#overlays)
      this.#viewer.addOverlay({ element, location: this.#placeOf(box) });
    this.light(this.#lit);
    if (document.activeElement !== document.body) return;
    const again = this.#overlays.find(({ number }) => number === focused);
    again?.element.focus({ preventScroll: true });
  }

  #focusedBox(): number | undefined {
    return this.#overlays.find(({ element }) => element === document.activeElement)?.number;
  }

  #setBoxesHidden(isHidden: boolean): void {
    for (const { element } of this.#overlays) element.hidden = isHidden;
  }

  #listen(element: HTMLElement): void {
    const viewer = this.#viewer;
    viewer.addHandler('canvas-drag', (event) => {
      if (this.#mode !== 'window') return;
      event.preventDefaultAction = true;
      this.#windowBy(event.delta.x, event.delta.y);
    });
    viewer.addHandler('canvas-click', (event) => {
      if (event.quick) this.#events.onPress(this.#boxAt(event.position));
    });
    // The page has its own keys, and shows which.
    viewer.addHandler('canvas-key', (event) => {
      event.preventDefaultAction = true;
    });
    element.addEventListener('pointermove', (event) => {
      if (event.buttons === 2) this.#windowBy(event.movementX, event.movementY);
      if (event.buttons !== 0 || event.pointerType === 'touch') return;
      const { left, top } = element.getBoundingClientRect();
      const position = new this.#library.Point(event.clientX - left, event.clientY - top);
      this.#events.onPoint(this.#boxAt(position));
    });
    element.addEventListener('pointerleave', () => this.#events.onPoint(undefined));
    // The right button windows, whatever the left one does.
    element.addEventListener('contextmenu', (event) => event.preventDefault());
  }

  #windowBy(right: number, down: number): void {
    const { x: width, y: height } = this.#viewer.viewport.getContainerSize();
    // As at a workstation: to the right is wider, up is brighter, which is a lower level.
    this.#events.onWindow({ wider: right / width, higher: down / height });
  }

  /** The smallest box at a place of the viewer: of boxes in boxes, the inner one is meant. */
  #boxAt(position: OpenSeadragon.Point): number | undefined {
    if (this.#item === undefined) return undefined;
    const { x, y } = this.#viewer.viewport.pointFromPixel(position, true);
    const hits = this.#boxes.filter(({ box }) => {
      const place = this.#placeOf(box);
      return (
        x >= place.x && x <= place.x + place.width && y >= place.y && y <= place.y + place.height
      );
    });
    return hits.sort((one, other) => areaOf(one.box) - areaOf(other.box))[0]?.number;
  }
}

/**
 * OpenSeadragon adds an inline style unless it finds one of its own, and the page allows none. This element is no style
 * to the browser, but is found as one; styles/viewer.css has what it would say.
 */
const keepOutInlineStyle = (): void => {
  const mark = 'data-openseadragon-mobile-css';
  if (document.querySelector(`style[${mark}]`) !== null) return;
  const element = document.createElementNS('urn:wetread', 'style');
  element.setAttribute(mark, 'true');
  document.head.append(element);
};

const areaOf = ([left, top, right, bottom]: Box): number => (right - left) * (bottom - top);

/** A film that intake has written anew may be a row or a column smaller. */
const isSameShape = (one: OpenSeadragon.Point, other: OpenSeadragon.Point): boolean =>
  Math.abs(one.x / one.y - other.x / other.y) < 0.005;
