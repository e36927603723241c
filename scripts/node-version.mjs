/**
 * The first thing that every command runs. Written so that Node 12 still parses it: an older Node should meet a
 * sentence, not a SyntaxError. Import it before anything else, and the rest with import().
 */

export function nodeProblem(version) {
  var numbers = version.split('.').map(Number);
  var major = numbers[0];
  var supported = major > 20 || (major === 20 && numbers[1] >= 19);
  return supported
    ? undefined
    : 'Wetread needs Node 20.19 or newer; this is Node ' +
        version +
        '. Get one from https://nodejs.org';
}

var problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(problem + '\n');
  process.exit(1);
}
