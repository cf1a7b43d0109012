// Time: training frame by frame, a step, a stop.
//
// Offers: play, pause, playOrPause, step, reach
// Uses: advance (../engine/training.js)
// Uses: verdictOf (../engine/words.js)
// Uses: isBroken (invitation.js)
// Uses: keep, keepGhost, over, report, restart, say, show, showOptions, solved, write (lab.js)

const TRAINING_TIME = 8; // milliseconds of a frame that the training may take
const REPORT_EVERY = 500; // milliseconds between two reports to Python while it trains
const CALM = 1000; // milliseconds between two drawings for a reader who asked for less motion

function play(lab) {
  if (over(lab)) restart(lab);
  leaveWhatIsAhead(lab);
  lab.playing = true;
  lab.waiting = false;
  lab.last = lab.drawn = lab.reported = performance.now();
  lab.said = lab.verdict = null;
  lab.wasAtAnEnd = atAnEnd(lab);
  say(lab, "");
  write(lab, { playing: true });
  showOptions(lab);
  cancelAnimationFrame(lab.frame);
  lab.frame = requestAnimationFrame((now) => tick(lab, now));
}

function pause(lab) {
  cancelAnimationFrame(lab.frame);
  const was = lab.playing;
  lab.playing = false;
  write(lab, { playing: false });
  report(lab);
  showOptions(lab);
  show(lab);
  if (!was) return;
  keep(lab);
  say(lab, lab.status);
}

const playOrPause = (lab) => (lab.playing ? pause(lab) : play(lab));

function step(lab) {
  if (lab.playing) pause(lab);
  leaveWhatIsAhead(lab);
  for (const run of lab.runs) advance(run, 1);
  report(lab);
  show(lab);
  keep(lab);
  say(lab, lab.status);
}

// Who has gone back and trains on from there leaves a future behind.
function leaveWhatIsAhead(lab) {
  lab.waiting = false;
  const [run] = lab.runs;
  if (run.end && run.end.epoch > run.epoch) keepGhost(lab);
}

// Train to an epoch that an address or Python asks for, a piece at a time so that the page stays awake.
function reach(lab, epoch) {
  const begun = lab.runs;
  const go = () => {
    if (lab.runs !== begun || lab.playing) return;
    const end = performance.now() + 2 * TRAINING_TIME;
    while (begun[0].epoch < epoch && !over(lab) && performance.now() < end) {
      const piece = Math.min(100, epoch - begun[0].epoch);
      for (const run of begun) advance(run, piece);
    }
    report(lab);
    show(lab);
    if (begun[0].epoch < epoch && !over(lab)) requestAnimationFrame(go);
  };
  go();
}

// A frame: as many epochs as are due and fit, then the drawing.
function tick(lab, now) {
  if (!lab.playing) return;
  lab.frame = requestAnimationFrame((later) => tick(lab, later));
  const passed = Math.max(0, Math.min(100, now - lab.last));
  lab.last = now;
  if (document.hidden || ![...lab.views].some((view) => view.seen)) return;
  const speed = lab.model.get("speed") || Infinity;
  lab.due = Math.min(lab.due + (speed * passed) / 1000, 1e9);
  train(lab);
  lab.due = Math.min(lab.due, Math.max(1, speed / 10)); // what did not fit is not made up for
  if (over(lab) || justEnded(lab)) return pause(lab);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (calm && now - lab.drawn < CALM) return;
  lab.drawn = now;
  if (now - lab.reported > REPORT_EVERY) {
    lab.reported = now;
    report(lab);
    sayNews(lab);
  }
  show(lab);
}

// The epochs that are due, in pieces, as many as fit into the frame.
function train(lab) {
  const end = performance.now() + TRAINING_TIME;
  while (lab.due >= 1 && !over(lab)) {
    const began = performance.now();
    if (began >= end) break;
    const piece = Math.min(lab.chunk, Math.floor(lab.due));
    for (const run of lab.runs) advance(run, piece);
    lab.due -= piece;
    const took = performance.now() - began;
    lab.chunk = took < 1 ? Math.min(lab.chunk * 2, 1e6) : took > 3 ? Math.max(1, lab.chunk >> 1) : lab.chunk;
  }
}

// Whether it has come to an end in this frame. Who plays on from there is not stopped again.
function justEnded(lab) {
  const [before, now] = [lab.wasAtAnEnd, atAnEnd(lab)];
  lab.wasAtAnEnd = now;
  return now && !before;
}

// Solved, where that is to stop it; broken, where a reader is invited to break it and then to mend it.
function atAnEnd(lab) {
  return (lab.model.get("until_solved") && solved(lab)) || (lab.model.get("autoplay") && isBroken(lab));
}

// While it trains, say what to make of the first run when that has changed and has stood since the last report.
function sayNews(lab) {
  const [verdict] = verdictOf(lab.runs[0]).split(":");
  if (verdict && verdict === lab.verdict && verdict !== lab.said) say(lab, `${verdict} at epoch ${lab.runs[0].epoch}`);
  if (verdict === lab.verdict) lab.said = verdict;
  lab.verdict = verdict;
}
