/** Before the folder's name of a demonstration, so that a reply says whose it is: "wetread-demo", not "demo". */
const DEMO_PREFIX = 'wetread-';

/** What users see of a checkpoint: the name of its folder, of a demonstration with Wetread's before it. */
export const modelName = (checkpoint: { readonly name: string; readonly demo: boolean }): string =>
  checkpoint.demo && !checkpoint.name.startsWith(DEMO_PREFIX)
    ? `${DEMO_PREFIX}${checkpoint.name}`
    : checkpoint.name;
