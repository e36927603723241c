/**
 * Words that are common in one of these languages and are none in English. Short words that English or chest
 * reports also have ("a", "an", "in", "on", "no", "so", "pa") are left out.
 */
const FOREIGN_WORDS = new Set(
  [
    // German
    'der die das ist sind ein eine einen kein keine wo gibt es auf dem den des und oder nicht bitte zeig zeige mir liegt welche wie hier lunge herz erguss befund links rechts',
    // French
    'le la les un une des est sont où ou du y il elle dans sur cette ce avec sans quel quelle montre moi poumon cœur coeur gauche droite épanchement',
    // Spanish and Portuguese
    'el los las una hay dónde donde está esta qué cuál que por favor del con sin tiene muestra muéstrame pulmón corazón izquierdo derecho derrame onde há tem são uma do da na não pulmão coração esquerdo direito',
    // Italian
    'il lo gli uno è sono dove dov della dello nel nella che quale mostra polmone cuore sinistro destro versamento',
    // Dutch, Polish, Turkish
    'het een waar zijn niet welke toon long hart gdzie jest czy są nie pokaż płuco serce nerede var mı mi akciğer kalp',
  ]
    .join(' ')
    .split(' '),
);

const ENGLISH_WORDS = new Set(
  'the is are there where what which show me any and or of in on this that does do you see it has have can how please with without locate find an to for i not left right'.split(
    ' ',
  ),
);

/** Two foreign words are a language; one may be a name or a slip. */
const ENOUGH_FOREIGN_WORDS = 2;

/**
 * Whether a question may be English: false only where another language is plain, by its script or by its commonest
 * words. A rule of thumb, not a language detector: a bare term ("Pneumothorax?") passes.
 */
export const isEnglish = (text: string): boolean => {
  const letters = text.match(/\p{L}/gu) ?? [];
  const latin = letters.filter((letter) => /\p{Script=Latin}/u.test(letter));
  if (letters.length > 0 && latin.length < letters.length / 2) return false;
  if (/[¿¡]/.test(text)) return false;
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const foreign = words.filter((word) => FOREIGN_WORDS.has(word)).length;
  const english = words.filter((word) => ENGLISH_WORDS.has(word)).length;
  return foreign < ENOUGH_FOREIGN_WORDS || foreign <= english;
};
