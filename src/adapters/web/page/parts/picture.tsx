import { useSignal } from '@preact/signals';
import type { PagePicture } from '../../page-event.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';

const FILE_NAME = 'wetread-film.png';

type PictureProps = {
  readonly picture: PagePicture;
  readonly caption: string;
  /** The film with its boxes and its strip may leave the page; a film that is asked about is not ours. */
  readonly isSavable: boolean;
  /** undefined: it is on its way. */
  readonly url: string | undefined;
};

/** A picture of the thread: small, large when it is pressed, and to be saved. */
export const Picture = ({ picture, caption, isSavable, url }: PictureProps) => {
  const isLarge = useSignal(false);
  const { altText, width, height } = picture;
  return (
    <figure class="picture">
      <button
        type="button"
        class="thumbnail"
        title="Enlarge"
        aria-label={`Enlarge: ${altText}`}
        disabled={url === undefined}
        onClick={() => {
          isLarge.value = true;
        }}
      >
        {url !== undefined && <img src={url} alt={altText} width={width} height={height} />}
      </button>
      <figcaption>
        <span>{caption}</span>
        {isSavable && url !== undefined && (
          <a class="button icon-and-words" href={url} download={FILE_NAME}>
            <Icon name="download" /> Download
          </a>
        )}
      </figcaption>
      <Dialog isOpen={isLarge} title="Enlarged picture" class="large">
        {url !== undefined && <img src={url} alt={altText} />}
        <button
          type="button"
          class="icon-and-words"
          onClick={() => {
            isLarge.value = false;
          }}
        >
          <Icon name="cross" /> Close
        </button>
      </Dialog>
    </figure>
  );
};
