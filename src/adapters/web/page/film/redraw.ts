import type { Box } from '../../../../core/film.ts';

const NAME = 'corrected';
/** How far one key press moves or sizes the box, as a share of the film. */
const STEP = 0.01;
/** Smaller is a slip of the hand. */
const LEAST = 0.01;

export type Redraw = {
  /** Where the box is now. */
  readonly box: () => Box;
  /** A step by the keyboard: moves the box, or with `sizing` its lower right corner. */
  readonly step: (right: number, down: number, sizing: boolean) => void;
  readonly end: () => void;
};

/**
 * Lets a box be drawn anew, or moved and sized, on a picture that lies over the film. On Annotorious, whose handles know
 * fingers and pens.
 */
export const beginRedraw = async (image: HTMLImageElement, begin: Box): Promise<Redraw> => {
  const [{ createImageAnnotator, ShapeType }] = await Promise.all([
    import('@annotorious/annotorious'),
    image.decode(),
  ]);
  const { naturalWidth: width, naturalHeight: height } = image;
  const annotator = createImageAnnotator(image, { drawingEnabled: true, autoSave: true });
  const annotationOf = ([left, top, right, bottom]: Box) => {
    const bounds = {
      minX: left * width,
      minY: top * height,
      maxX: right * width,
      maxY: bottom * height,
    };
    const { minX, minY, maxX, maxY } = bounds;
    const geometry = { bounds, x: minX, y: minY, w: maxX - minX, h: maxY - minY };
    const selector = { type: ShapeType.RECTANGLE, geometry };
    return { id: NAME, bodies: [], target: { annotation: NAME, selector } };
  };
  let name = NAME;
  const show = (box: Box): void => {
    annotator.setAnnotations([annotationOf(box)], true);
    name = NAME;
  };
  const read = (): Box => {
    const annotation = annotator.getAnnotationById(name) ?? annotator.getAnnotations()[0];
    const bounds = annotation?.target.selector.geometry.bounds;
    if (bounds === undefined) return begin;
    return [
      within(bounds.minX / width),
      within(bounds.minY / height),
      within(bounds.maxX / width),
      within(bounds.maxY / height),
    ];
  };
  // What is drawn anew takes the place of what was there.
  annotator.on('createAnnotation', ({ id }) => {
    for (const other of annotator.getAnnotations())
      if (other.id !== id) annotator.removeAnnotation(other.id);
    name = id;
    annotator.setSelected(id, true);
  });
  show(begin);
  return {
    box: read,
    step: (right, down, sizing) => show(moved(read(), right * STEP, down * STEP, sizing)),
    end: () => annotator.destroy(),
  };
};

const within = (share: number): number => Math.min(1, Math.max(0, share));

const moved = (
  [left, top, right, bottom]: Box,
  byRight: number,
  byDown: number,
  sizing: boolean,
): Box => {
  if (sizing)
    return [
      left,
      top,
      Math.max(left + LEAST, within(right + byRight)),
      Math.max(top + LEAST, within(bottom + byDown)),
    ];
  // Against an edge it stops, and keeps its size.
  const across = Math.min(1 - right, Math.max(-left, byRight));
  const along = Math.min(1 - bottom, Math.max(-top, byDown));
  return [left + across, top + along, right + across, bottom + along];
};
