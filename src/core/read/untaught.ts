import type { Profile, Topic } from '../profile/profile.ts';
import { isEnglish } from './is-english.ts';

/** Completes "The model was not taught …". */
export const TOPIC_WORDS: Readonly<Record<Topic, string>> = {
  'tube-positions': 'where tubes and lines should end',
  'device-places': 'where tubes, lines and devices are',
  measurements: 'to measure',
  change: 'to compare a film with an earlier one',
  laterals: 'to read lateral films',
  children: 'to read films of children',
  'other-languages': 'languages other than English',
  advice: 'to give a diagnosis, a prognosis or advice on treatment',
};

const DEVICE = String.raw`(?:tubes?|lines?|ett?|picc|cvc|ng|ngt|catheters?|drains?|leads?|wires?|pacemakers?|pacers?|ports?|devices?|hardware|foreign (?:bod(?:y|ies)|objects?))`;

/** What a question on a topic sounds like. The profile says which topics are untaught. */
const PATTERNS: Readonly<Record<Topic, RegExp>> = {
  'tube-positions': new RegExp(
    String.raw`\b${DEVICE}\b.*\b(?:(?:good|right|correct|proper|adequate|satisfactory|appropriate|wrong|bad|safe)(?:ly)?\s+(?:position|place|positioned|placed)\w*|well[\s-]+(?:positioned|placed)|mal-?position\w*|misplaced|correctly|properly|too\s+(?:high|low|deep|far)|tip\b|position)|\b(?:tip|position|placement)\s+of\s+(?:the\s+)?(?:[\w-]+\s+){0,3}${DEVICE}\b|\bwhere\s+does\b.*\b${DEVICE}\s+(?:end|terminate|stop)|\b(?:pull|push|advance|withdraw|retract)\w*\b.*\b${DEVICE}\b`,
    'i',
  ),
  'device-places': new RegExp(
    String.raw`\b(?:where|locate|show|highlight|point|mark|outline|find|which side)\b.*\b${DEVICE}\b|\b${DEVICE}\b.*\bwhere\b`,
    'i',
  ),
  measurements:
    /\b(?:measure(?:ments?|s|d)?|millimet(?:er|re)s?|centimet(?:er|re)s?|mm|cm|diameter|cardio-?\s?thoracic\s+(?:ratio|index)|ctr|distance|how\s+(?:far|many\s+(?:mm|cm|ml)|wide|deep|thick|tall)|exact\s+size|volume\s+of|percent(?:age)?|hounsfield)\b/i,
  change:
    /\b(?:compar(?:e|ed|ison|ing)\b|(?:prior|previous|earlier|last|old|yesterday'?s|today'?s)\s+(?:\w+\s+)?(?:films?|x-?rays?|stud(?:y|ies)|exams?|images?|radiographs?|scans?|one|week|month|year)|since\s+(?:the\s+)?(?:last|yesterday|admission|surgery|previous|prior)|yesterday|interval\s+change|has\s+(?:it|this|the(?:\s+[\w-]+){1,4})\s+(?:changed|grown|progressed|improved|worsened|resolved)|(?:getting|become|any)\s+(?:better|worse|larger|smaller)|progress(?:ed|ion|ing)|worsen(?:ed|ing)|improv(?:ed|ing|ement)|chang(?:e|ed)\s+(?:from|over)|(?:is|are)\s+(?:it|this|that|the(?:\s+[\w-]+){1,4})\s+new\b|\bany\s+change)/i,
  laterals:
    /\b(?:lateral\s+(?:view|film|projection|x-?ray|image|radiograph|chest\s+(?:x-?ray|film|radiograph))|side\s+view|decubitus)\b/i,
  children:
    /\b(?:child(?:ren|'s)?|infants?|bab(?:y|ies)|newborns?|neonat\w+|preemies?|p(?:a)?ediatric\w*|toddlers?|kids?|(?:\d+|a|one|two|three|six)[\s-]*(?:days?|weeks?|months?)[\s-]*old|\b(?:\d|1[0-7])[\s-]*(?:(?:years?|yrs?)[\s-]*old|y\/?o)\b)/i,
  'other-languages': /^(?!)/,
  advice:
    /\b(?:treat(?:ment|ed|s)?|therap(?:y|ies)|antibiotics?|diuretics?|drugs?|medication|medicines?|dos(?:e|age)|prescri\w+|prognosis|surviv\w+|die|dying|next\s+steps?|manage(?:ment|d)?|should\s+(?:i|we|he|she|they|the\s+patient)|(?:do|does)\s+(?:i|we|he|she|they|the\s+patient)\s+need|what\s+(?:do|would)\s+(?:i|we|you)\s+(?:do|recommend|suggest|advise)|recommend\w*|advi[cs]e|discharg\w+|admit(?:ted)?|(?:needs?|requires?|go\s+(?:to|for)|ready\s+for|for)\s+surgery|operate|biops(?:y|ies)|cancer(?:ous)?|malignan(?:t|cy)|diagnos(?:is|e|ed)|what\s+(?:disease|illness))\b/i,
};

/** The first topic that a question is about and the model was not taught. */
export const untaughtTopic = (question: string, profile: Profile): Topic | undefined => {
  // Runs of spaces would cost the patterns time that grows with their square.
  const words = question.replaceAll(/\s+/g, ' ');
  return profile.untaught.find((topic) =>
    topic === 'other-languages' ? !isEnglish(words) : PATTERNS[topic].test(words),
  );
};
