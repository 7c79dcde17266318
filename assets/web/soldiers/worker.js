// The soldiers' worker: { start } musters them, { order } says how they stand at rest, { wound } throws some apart,
// { tick, seen } moves them by a tick and is answered by where they are.

let march = null;

self.onmessage = ({ data }) => {
  if (data.start) march = new March(data.start);
  if (data.order) march.obey(data.order);
  if (data.wound) march.scatter(data.wound.centre, data.wound.radius, data.wound.gained);
  const begun = performance.now();
  const moving = data.seen ? march.step(data.seen) : false;
  if (data.seen || data.start) {
    const soldiers = march.shown();
    const { tick, epoch } = data;
    self.postMessage({ tick, epoch, soldiers, moving, took: performance.now() - begun }, [soldiers.buffer]);
  }
};
