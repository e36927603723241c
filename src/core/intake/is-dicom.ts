/**
 * "DICM" after a preamble of 128 bytes; or, as old files have none, a first element of group 0002 or 0008 with its type
 * in two capitals (explicit, least or most byte first) or a short length (implicit).
 */
export const isDicom = (file: Buffer): boolean => {
  if (file.toString('latin1', 128, 132) === 'DICM') return true;
  if (file.length < 8) return false;
  const isTyped = /^[A-Z]{2}$/.test(file.toString('latin1', 4, 6));
  if (file.readUInt16BE(0) === 0x0008 && isTyped) return true;
  const group = file.readUInt16LE(0);
  if (group !== 0x0002 && group !== 0x0008) return false;
  return isTyped || (file.readUInt16LE(2) <= 0x0018 && file.readUInt32LE(4) < 256);
};
