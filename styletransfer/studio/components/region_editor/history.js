// Undo and redo. A step is the list of regions as it was: their masks are never changed once they stand in it but
// copied, so that a step costs the memory of what it changed and no more.

const STEPS = 60;

class History {
  constructor() {
    this.past = [];
    this.future = [];
  }

  // Keep how things are, before they are changed.
  keep(state) {
    this.past.push(copied(state));
    if (this.past.length > STEPS) this.past.shift();
    this.future = [];
  }

  // The last step was none.
  forget() {
    this.past.pop();
  }

  undo(state) {
    return this.move(this.past, this.future, state);
  }

  redo(state) {
    return this.move(this.future, this.past, state);
  }

  move(from, to, state) {
    if (!from.length) return null;
    to.push(copied(state));
    return from.pop();
  }
}

function copied({ regions, active, feather }) {
  return { regions: regions.map((region) => ({ ...region })), active, feather };
}
