// What someone who sees a network for the first time is told: what to look at, then what to do.
//
// Offers: inviteBy, isBroken
// Uses: verdictOf (../engine/words.js)
// Uses: solved (lab.js)

const TOO_LONG = 1000; // epochs after which a reader who only waits gets advice

// `byKeys` is for a reader whose keys are on a slider: there Enter plays.
function inviteBy(lab, byKeys) {
  const [run] = lab.runs;
  const { learning_rate, hidden_size } = run.settings;
  const go = `press ${byKeys ? "Enter" : "Play"}`;
  lab.firstRate ??= learning_rate;
  if (isBroken(lab)) {
    lab.broken = true;
    return `Broken: steps this large throw each answer to 0 or 1. Mend it: set the learning rate to ${lab.firstRate}, and ${go}.`;
  }
  if (solved(lab)) {
    return lab.broken ? `Mended. Now set the hidden units to 1, and ${go}. Can one unit do it?` : `Solved: each point is on its side. Now break it: set the learning rate to 100, and ${go}.`;
  }
  if (hidden_size === 1 && run.epoch) return "One unit draws one straight line, and no line parts disks from squares. Take 2 units or more.";
  if (run.epoch > TOO_LONG) return "This is slow. Try a larger learning rate, or a new start.";
  if (!lab.playing && !run.epoch && lab.ghost) return `This is a new run, with the settings as they are now: ${go}.`;
  if (!lab.playing) return run.epoch ? "Press Play to go on from here." : "Press Play, and watch the black line: there the answer is 1/2.";
  return "Orange is an answer near 0, blue near 1, the black line 1/2. Watch it bend between the points.";
}

// The first run has failed for good: that stops it, as being solved does.
function isBroken({ runs: [run] }) {
  return run.diverged || verdictOf(run).startsWith("saturated");
}
