import { Fragment } from 'preact';
import type { Sample } from '../state/server.ts';
import { ChooseFile } from './choose-file.tsx';
import { useRoom } from './room.ts';

/** Before there is a film: how to hand one over, and some to try. `isAgain`: there was one before. */
export const NoFilm = ({ isAgain }: { readonly isAgain: boolean }) => {
  const samples = useRoom().about.value?.samples ?? [];
  return (
    <div class="no-film">
      <div class="drop-here">
        <svg viewBox="0 0 64 64" width="56" height="56" aria-hidden="true">
          <rect x="10" y="5" width="44" height="54" rx="5" />
          <path d="M32 14v26M26 22c-5 7-7 15-6.500 23 4.500-.2 8.500-1.500 10.500-4M38 22c5 7 7 15 6.500 23-4.500-.2-8.500-1.500-10.500-4" />
        </svg>
        <h2>Show it a chest film</h2>
        <p>
          Drop it anywhere on this page, paste it, or choose a file. The reading comes in words, and
          what it means is drawn on the film.
        </p>
        <ChooseFile class="first" takesFocus={isAgain}>
          Choose a file
        </ChooseFile>
        <p class="hint">
          A frontal chest X-ray as DICOM (also a zip of one study), PNG, JPEG, HEIC, WebP, TIFF or
          AVIF. Names on it are masked where they are found.
        </p>
      </div>
      {samples.length > 0 && <Samples samples={samples} />}
    </div>
  );
};

const Samples = ({ samples }: { readonly samples: readonly Sample[] }) => {
  const room = useRoom();
  const credits = new Map(samples.map(({ credit, source }) => [credit, source]));
  return (
    <div class="samples">
      <h3>Or try one of these</h3>
      <ul>
        {samples.map((sample) => (
          <li key={sample.id}>
            <button type="button" title={sample.credit} onClick={() => room.pickSample(sample)}>
              <img src={sample.url} alt="" width="96" height="96" />
              <span>{sample.title}</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="hint">
        Films:{' '}
        {[...credits].map(([credit, source], index) => (
          <Fragment key={credit}>
            {index > 0 && '; '}
            <a href={source} rel="noreferrer" target="_blank">
              {credit}
            </a>
          </Fragment>
        ))}
        .
      </p>
    </div>
  );
};
