// Workers made from text: the page is one file, and opens from a disk.

// A worker that runs the text of a script element of this page; `answer` gets what it posts, `fail` one line.
function workerOf(id, answer, fail) {
  const text = document.getElementById(id).textContent;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onmessage = ({ data }) => answer(data);
  worker.onerror = (event) => {
    event.preventDefault();
    fail(`The worker ${id} failed: ${event.message}`);
  };
  URL.revokeObjectURL(url);
  return worker;
}
