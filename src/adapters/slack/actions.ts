/** What buttons, shortcuts, commands and modals are called between Slack and us. */
export const ACTIONS = {
  stop: 'wetread:stop',
  choose: 'wetread:choose',
  report: 'wetread:report',
  abnormalities: 'wetread:abnormalities',
  zoom: 'wetread:zoom',
  forget: 'wetread:forget',
  /** Also the beginning of the plain buttons' names. */
  feedback: 'wetread:feedback',
  wrongPlace: 'wetread:wrong-place',
} as const;

export const ANY_ACTION = /^wetread:/;
/** The message shortcut "Read this film". */
export const READ_SHORTCUT = 'wetread_read_film';
export const COMMAND = '/wetread';
export const WRONG_PLACE_VIEW = 'wetread_wrong_place';
