// @ts-check

/** Systems for which onnxruntime-node 1.30 ships a binary; Linux ones need the GNU C library. */
const SYSTEMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

/** What libonnxruntime.so.1 and libvips-cpp.so.8 are linked against. */
const OLDEST_GLIBC = '2.28';

/**
 * @typedef {object} System
 * @property {string} platform as process.platform
 * @property {string} architecture as process.arch
 * @property {string | undefined} glibc its version; undefined on other C libraries and other systems
 */

/** @returns {System} */
export const thisSystem = () => {
  const linux = process.platform === 'linux';
  return {
    platform: process.platform,
    architecture: process.arch,
    glibc: linux ? glibcVersion() : undefined,
  };
};

/** @returns {string | undefined} */
const glibcVersion = () => {
  // Without this the report looks up the network interfaces' names, which can take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  );
  return report.header?.glibcVersionRuntime;
};

/**
 * One sentence when Wetread cannot run on this system, else undefined.
 * @param {System} system
 */
export const systemProblem = ({ platform, architecture, glibc }) => {
  const system = `${platform}-${architecture}`;
  if (!SYSTEMS.includes(system))
    return `Wetread does not run on ${system}: ONNX Runtime has no build for it. It runs on ${SYSTEMS.join(', ')}.`;
  if (platform !== 'linux') return undefined;
  if (glibc === undefined)
    return 'Wetread needs the GNU C library: ONNX Runtime has no build for musl (Alpine). Use a Debian, Ubuntu or Fedora system or image.';
  if (isOlder(glibc, OLDEST_GLIBC))
    return `Wetread needs the GNU C library ${OLDEST_GLIBC} or newer; this system has ${glibc}. Use a newer system or image.`;
  return undefined;
};

/**
 * @param {string} version
 * @param {string} than
 */
const isOlder = (version, than) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
};
