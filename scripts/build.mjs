/** `npm run build`: the pre-step alone. */
import './node-version.mjs';

void import('./prepare.mjs').then(({ prepareOrExit }) => prepareOrExit());
