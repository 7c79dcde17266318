// The commander's worker: { start: { height, width } } begins anew, { tick, mass, target } asks for an order.

let commander = null;

self.onmessage = ({ data }) => {
  if (data.start) commander = new Commander(data.start.height, data.start.width);
  if (!data.mass) return;
  const begun = performance.now();
  const order = commander.order(data.mass, data.target);
  const { tick, epoch } = data;
  self.postMessage({ tick, epoch, order, took: performance.now() - begun }, [order.buffer]);
};
