/** What people say around a request, in small letters: taken off before its words are looked at. */
export const GREETING = /^(?:(?:hi|hey|hello|ok|okay|please|pls|so|and|now|well|then)[\s,!.:]+)+/;
export const CLOSING = /[\s,]*(?:\b(?:please|pls|thanks|thank you)\b[\s,!.]*)*[?!.\s]*$/;
